"""What stands between a right password and being signed in."""

from allauth.account.stages import PhoneVerificationStage
from django.http import HttpResponse


class KnownPhoneStage(PhoneVerificationStage):
    """Confirm the account's number, if it has one: accounts that an office makes may have an e-mail address only."""

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """The page that asks for the code, if there is a number to confirm; and whether to go on."""
        user = self.login.user
        if user is not None and not user.phone:
            return None, True
        answer: tuple[HttpResponse | None, bool] = super().handle()
        return answer
