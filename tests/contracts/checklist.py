"""What a faithful Midtrans must do, row by row, and the tests that show it.

Each row names what is asked and the tests (``file::class::test``, without parameters) that run the real client package
against the simulator, straight or through our adapter. ``test_checklist.py`` refuses a row whose test is not there and a
fault that no row names.
"""

CORE, SNAP = "tests/contracts/test_simulator_core.py", "tests/contracts/test_simulator_snap.py"
PAGES, CONTROL = "tests/contracts/test_simulator_pages.py", "tests/contracts/test_simulator_control.py"
NOTICES, KEYS = "tests/contracts/test_simulator_notifications.py", "tests/contracts/test_simulator_idempotency.py"
SNAP_JS, ADAPTER = "tests/contracts/test_snap_js.py", "tests/marketplace/payments/test_gateway.py"

ENDPOINTS: dict[str, tuple[str, ...]] = {
    "POST /snap/v1/transactions: 201 with token and address": (
        f"{SNAP}::TestCreate::test_answers_with_a_token_and_an_address_that_opens",
    ),
    "… 401 with its two lines": (f"{SNAP}::TestCreate::test_a_wrong_key_is_denied",),
    "… every validation, all at once": (
        f"{SNAP}::TestCreate::test_says_everything_that_is_wrong",
        f"{SNAP}::TestCreate::test_checks_the_items",
        f"{SNAP}::TestSimulatorOnly::test_checks_the_rest",
    ),
    "… broken JSON, a body above 16 kB": (
        f"{SNAP}::TestSimulatorOnly::test_broken_json_and_a_body_too_large_are_said_so",
    ),
    "… again before a method is chosen: a new token, the old one dies": (
        f"{SNAP}::TestCreate::test_a_repeat_before_a_method_is_chosen_gives_another_token",
        f"{PAGES}::TestClosed::test_a_page_that_was_replaced_or_cancelled_is_closed",
    ),
    "… again afterwards: taken, in one of two languages": (
        f"{SNAP}::TestCreate::test_an_order_id_that_was_charged_is_taken",
        f"{CONTROL}::TestBrokenAnswers::test_the_duplicate_message_has_two_languages",
    ),
    "… an expired order_id is free again": (f"{SNAP}::TestSimulatorOnly::test_an_expired_order_id_may_be_used_again",),
    "… X-Override-Notification, X-Append-Notification": (
        f"{NOTICES}::TestDelivery::test_a_session_may_name_its_own_address",
        f"{NOTICES}::TestDelivery::test_a_session_may_add_an_address",
    ),
    "… expiry with and without a start, page_expiry": (
        f"{SNAP}::TestSimulatorOnly::test_expiry_with_a_start_bounds_the_page_and_the_method",
        f"{SNAP}::TestSimulatorOnly::test_expiry_without_a_start_begins_when_a_method_is_chosen",
        f"{SNAP}::TestSimulatorOnly::test_a_page_that_expires_says_nothing_to_the_shop",
    ),
    "… custom fields come back in the notification": (
        f"{NOTICES}::TestDelivery::test_the_body_is_text_signed_and_in_wib",
    ),
    "GET /snap/v4/redirection/{token}: the enabled methods, an accessible page": (
        f"{PAGES}::TestChoosing::test_shows_the_amount_the_lines_and_only_what_the_shop_enabled",
        f"{PAGES}::TestChoosing::test_has_no_script_and_no_inline_style",
    ),
    "… choosing makes a pending transaction and shows how to pay": (f"{PAGES}::TestPaying::test_says_how",),
    "… pay, fail, let lapse": (
        f"{PAGES}::TestPaying::test_paying_leads_back_to_the_shop_with_the_four_parameters",
        f"{PAGES}::TestPaying::test_a_denied_payment_may_be_tried_another_way",
        f"{PAGES}::TestPaying::test_a_payment_that_lapses_is_told_so",
    ),
    "… finish, unfinish and error addresses": (
        f"{PAGES}::TestPaying::test_without_an_address_of_its_own_a_session_ends_where_the_merchant_says",
    ),
    "… expired, cancelled and unknown tokens": (
        f"{PAGES}::TestClosed::test_an_unknown_page_is_404",
        f"{PAGES}::TestClosed::test_a_page_that_was_replaced_or_cancelled_is_closed",
    ),
    "GET /snap/snap.js: pay, hide, the four callbacks": (
        f"{SNAP_JS}::test_tells_the_page_how_it_ended",
        f"{SNAP_JS}::test_closing_before_a_choice_has_no_result",
        f"{SNAP_JS}::test_hiding_calls_nobody_and_shows_the_page_it_was_given",
    ),
    "POST /snap/v1/transactions/{token}/cancel: canceled_at or one of three sentences": (
        f"{SNAP}::TestCancelSession::test_closes_the_page_once",
        f"{SNAP}::TestCancelSession::test_an_unknown_token_is_not_found",
        f"{SNAP}::TestCancelSession::test_a_page_on_which_a_method_was_chosen_is_in_progress",
    ),
    "POST /v2/charge: every payment_type with its fields": (
        f"{CORE}::TestEveryMethod::test_has_the_fields_of_its_own_and_no_others",
        f"{CORE}::TestEveryMethod::test_paying_adds_what_the_method_adds",
    ),
    "… 400 with validation_messages, 413": (
        f"{CORE}::TestEveryMethod::test_says_what_a_charge_lacks",
        f"{CORE}::TestEveryMethod::test_says_all_that_is_wrong_at_once",
        f"{CORE}::TestEveryMethod::test_a_body_that_is_no_json_is_413",
    ),
    "… 402, 406, 411": (
        f"{CONTROL}::TestBrokenAnswers::test_one_channel_is_off",
        f"{CORE}::TestCharge::test_a_second_charge_of_the_order_is_a_conflict",
        f"{CORE}::TestCards::test_a_token_that_is_none_is_411",
    ),
    "… the test cards, 3-D Secure, authorisation": (
        f"{CORE}::TestCards::test_a_test_number_decides_the_outcome",
        f"{CORE}::TestCards::test_a_card_with_3ds_waits_for_its_bank",
        f"{CORE}::TestCards::test_an_authorisation_is_captured_in_part",
        f"{CORE}::TestCards::test_an_authorisation_may_also_be_let_go",
    ),
    "… how long each method waits": (
        f"{CORE}::TestEveryMethod::test_a_payment_waits_no_longer_than_its_method",
        f"{CONTROL}::TestControl::test_time_passes_on_request",
    ),
    "Idempotency-Key: 46 letters, 5 minutes, successes, any POST, not every method, 202 while running": (
        f"{KEYS}::TestRepeats::test_a_success_is_repeated_for_five_minutes_whatever_is_asked",
        f"{KEYS}::TestRepeats::test_any_post_repeats_and_no_get",
        f"{KEYS}::TestRepeats::test_a_refusal_is_not_repeated",
        f"{KEYS}::TestRepeats::test_a_key_that_is_too_long_is_passed_over",
        f"{KEYS}::TestRepeats::test_some_methods_know_no_keys",
        f"{KEYS}::test_a_second_request_while_the_first_runs_is_told_202",
    ),
    "GET /v2/{id}/status: 404 in the body until a method is chosen": (
        f"{CORE}::TestStatus::test_an_unknown_order_is_404_in_the_body_only",
        f"{SNAP}::TestCreate::test_core_does_not_know_the_order_until_a_method_is_chosen",
    ),
    "… by order_id or transaction_id, signed, its code by its state": (
        f"{CORE}::TestStatus::test_is_asked_by_order_or_transaction_and_is_signed",
        f"{CORE}::TestStatus::test_the_code_follows_the_state",
    ),
    "… 401 alone has an HTTP status": (f"{CORE}::TestCharge::test_an_unknown_key_is_refused",),
    "… refunds[] and their total": (f"{CORE}::TestRefund::test_parts_add_up_and_the_total_is_shown",),
    "POST cancel, expire, approve, deny: the documents' edges, else 412 (HTTP 200 or 412)": (
        f"{CORE}::TestChanges::test_only_the_edges_of_the_documents_are_there",
        f"{CORE}::TestChanges::test_cancelling_twice_is_refused",
        f"{CORE}::TestChanges::test_expiring_is_not_an_error_though_its_code_is_407",
        f"{CORE}::TestCards::test_a_challenge_is_approved_or_denied_by_the_shop",
        f"{CONTROL}::TestControl::test_its_habits_are_set_by_http",
    ),
    "POST /v2/capture": (f"{CORE}::TestCards::test_an_authorisation_is_captured_in_part",),
    "POST refund, refund/online/direct: methods, windows, parts": (
        f"{CORE}::TestRefund::test_refuses_what_the_method_cannot_do",
        f"{CORE}::TestRefund::test_grants_what_it_can",
        f"{CORE}::TestRefund::test_somebody_elses_wallet_can_be_refunded_for_a_week",
        f"{CORE}::TestRefund::test_shopeepay_sleeps_around_midnight",
        f"{CORE}::TestRefund::test_parts_add_up_and_the_total_is_shown",
    ),
    "… refund_key: the same refund for seven days, else 406": (
        f"{CORE}::TestRefund::test_the_same_key_is_the_same_refund",
        f"{CORE}::TestRefund::test_a_key_is_good_for_seven_days",
    ),
    "… 400, 412, 414": (
        f"{CORE}::TestRefund::test_says_what_is_wrong_with_a_request",
        f"{CORE}::TestRefund::test_what_is_pending_cannot_be_refunded",
        f"{CORE}::TestRefund::test_a_merchant_without_balance_is_declined",
    ),
    "… two messages, the second confirmed by the bank": (
        f"{NOTICES}::TestDelivery::test_a_refund_is_announced_twice",
        f"{CORE}::TestRefund::test_the_provider_confirms_later",
    ),
    "GET qr-code: a PNG": (f"{CORE}::TestCharge::test_qris_has_a_picture",),
    "/__sim__/: look, act, resend, let time pass": (
        f"{CONTROL}::TestControl::test_a_payment_can_be_played_through_by_http_alone",
        f"{CONTROL}::TestControl::test_what_the_state_forbids_is_a_conflict",
        f"{CONTROL}::TestControl::test_notifications_are_listed_and_sent_again",
        f"{CONTROL}::TestControl::test_time_passes_on_request",
        f"{CONTROL}::TestControl::test_lists_what_it_can_do",
    ),
}

NOTIFICATIONS: dict[str, tuple[str, ...]] = {
    "after each change, in order": (f"{NOTICES}::TestDelivery::test_each_change_is_announced_in_its_order",),
    "texts only, no nulls, one field more than is known": (
        f"{NOTICES}::TestDelivery::test_every_leaf_is_text_and_nothing_is_null",
    ),
    "amounts with .00, times in WIB, a correct signature": (
        f"{NOTICES}::TestDelivery::test_the_body_is_text_signed_and_in_wib",
    ),
    "a status_code of its own": (f"{NOTICES}::TestDelivery::test_its_code_differs_from_that_of_a_status_answer",),
    "tries by our answer": (
        f"{NOTICES}::TestTries::test_the_answer_decides_how_often",
        f"{NOTICES}::TestTries::test_a_shop_that_is_gone_is_tried_again",
        f"{NOTICES}::TestTries::test_it_converges_once_the_shop_is_back",
    ),
    "15 seconds; 2, 10, 30, 90, 210 minutes, scaled": (
        f"{NOTICES}::TestTries::test_a_shop_has_fifteen_seconds_and_tries_lie_as_far_apart_as_midtrans_puts_them",
    ),
    "307 and 308 followed five times, 301 to 303 never": (
        f"{NOTICES}::TestTries::test_a_redirect_that_keeps_the_post_is_followed",
        f"{NOTICES}::TestTries::test_redirects_are_followed_five_times",
        f"{NOTICES}::TestTries::test_a_redirect_that_loses_the_post_is_never_followed",
    ),
}

_LATE = f"{CONTROL}::TestBrokenAnswers::test_each_change_may_be_done_without_being_heard"
_PAGE_LATE = f"{CONTROL}::TestBrokenAnswers::test_a_page_may_be_opened_and_closed_without_being_heard"
_FORGERY = f"{NOTICES}::TestFaults::test_a_forgery_is_wrong_in_one_thing"
_TOO_LATE = f"{NOTICES}::TestFaults::test_a_payment_may_come_too_late"

FAULTS: dict[str, tuple[str, ...]] = {
    "duplicate": (
        f"{NOTICES}::TestFaults::test_duplicates_arrive_word_for_word",
        f"{NOTICES}::TestFaults::test_duplicates_may_arrive_all_at_once",
    ),
    "out_of_order": (
        f"{NOTICES}::TestFaults::test_out_of_order_sends_the_settlement_first",
        f"{NOTICES}::TestFaults::test_a_refund_may_be_told_before_its_payment",
    ),
    "lost": (
        f"{NOTICES}::TestFaults::test_lost_never_arrives_and_only_as_often_as_asked",
        f"{NOTICES}::TestFaults::test_a_fault_of_one_order_spares_the_others",
    ),
    "delayed": (f"{NOTICES}::TestFaults::test_delayed_comes_when_its_time_has_come",),
    "wrong_signature": (_FORGERY,),
    "tampered_status": (_FORGERY,),
    "wrong_amount": (_FORGERY,),
    "wrong_merchant": (_FORGERY,),
    "foreign_order": (f"{NOTICES}::TestFaults::test_a_foreign_order_is_properly_signed",),
    "answered": (f"{NOTICES}::TestFaults::test_the_shops_answer_may_get_lost_on_its_way",),
    "http": (
        f"{CONTROL}::TestBrokenAnswers::test_break_the_named_endpoint_once",
        f"{CONTROL}::TestBrokenAnswers::test_an_outage_is_said_in_http_or_in_the_body",
        f"{CONTROL}::TestBrokenAnswers::test_a_request_in_flight_is_an_ordinary_answer_to_the_client",
        f"{ADAPTER}::TestErrors::test_a_broken_answer_is_unreachable",
    ),
    "slow": (f"{CONTROL}::TestBrokenAnswers::test_slow_answers_come_after_all",),
    "timeout_after_snap": (_PAGE_LATE, f"{ADAPTER}::TestCreateSnap::test_repeats_safely_after_a_timeout"),
    "timeout_after_snap_cancel": (_PAGE_LATE,),
    "timeout_after_charge": (f"{CONTROL}::TestBrokenAnswers::test_a_timeout_leaves_the_work_done",),
    "timeout_after_refund": (_LATE, f"{ADAPTER}::TestRefund::test_a_repeat_after_a_timeout_gives_back_once"),
    "timeout_after_cancel": (_LATE,),
    "timeout_after_expire": (_LATE,),
    "timeout_after_approve": (_LATE,),
    "timeout_after_deny": (_LATE,),
    "timeout_after_capture": (f"{CONTROL}::TestBrokenAnswers::test_a_capture_may_be_done_without_being_heard",),
    "channel_off": (f"{CONTROL}::TestBrokenAnswers::test_one_channel_is_off",),
    "order_id_taken": (f"{CONTROL}::TestBrokenAnswers::test_an_order_id_is_called_taken_though_it_is_not",),
    "duplicate_in_english": (
        f"{CONTROL}::TestBrokenAnswers::test_the_duplicate_message_has_two_languages",
        f"{ADAPTER}::TestCreateSnap::test_says_that_the_order_id_is_taken",
    ),
    "expired_then_paid": (_TOO_LATE,),
    "cancelled_then_paid": (_TOO_LATE,),
    "expires_late": (f"{NOTICES}::TestFaults::test_a_payment_may_lapse_later_than_its_time",),
    "paid_during_cancel": (
        f"{CORE}::TestChanges::test_a_payment_that_wins_the_race_makes_the_cancel_412",
        f"{ADAPTER}::TestChanges::test_a_payment_that_came_first_is_a_412",
    ),
    "reversal": (
        f"{NOTICES}::TestFaults::test_a_reversal_takes_a_settlement_back",
        f"{NOTICES}::TestFaults::test_only_three_channels_take_a_settlement_back",
    ),
    "challenge": (
        f"{CORE}::TestCards::test_a_challenge_is_approved_or_denied_by_the_shop",
        f"{CORE}::TestCards::test_a_challenge_that_nobody_answers_is_cancelled",
        f"{ADAPTER}::TestChanges::test_reviews_a_challenged_card",
    ),
    "refund_declined": (
        f"{CORE}::TestRefund::test_a_merchant_without_balance_is_declined",
        f"{CORE}::TestRefund::test_an_issuer_may_decline",
    ),
    "refund_unconfirmed": (f"{NOTICES}::TestFaults::test_a_refund_may_never_be_confirmed",),
    "refund_unacknowledged": (f"{CORE}::TestRefund::test_a_refund_that_was_not_acknowledged_is_not_listed",),
}
