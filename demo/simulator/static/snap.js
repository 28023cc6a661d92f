// A stand-in for Midtrans' snap.js: the payment page in a frame over the shop's. What is called back comes from the
// browser and can be forged there: good for showing, never for delivering.
(() => {
  const base = "__BASE__";
  const ends = { settlement: "onSuccess", capture: "onSuccess", deny: "onError", expire: "onError", cancel: "onError" };
  let open = null;

  const shut = () => {
    if (!open) return null;
    const closing = open;
    open = null;
    clearInterval(closing.timer);
    closing.layer.remove();
    return closing;
  };

  const call = (options, name, result) => {
    if (options && typeof options[name] === "function") options[name](result);
  };

  const look = async () => {
    const looking = open;
    const answer = await fetch(`${base}/snap/v1/transactions/${encodeURIComponent(looking.token)}/status`);
    if (!answer.ok || open !== looking) return;
    looking.result = await answer.json();
    const name = ends[looking.result.transaction_status];
    // A refusal may be followed by another method on the same page; only a payment ends it by itself.
    if (name === "onSuccess" && open === looking) {
      shut();
      call(looking.options, name, looking.result);
    }
  };

  const close = () => {
    const closing = shut();
    if (!closing) return;
    const status = closing.result && closing.result.transaction_status;
    if (!status) call(closing.options, "onClose");
    else call(closing.options, ends[status] || "onPending", closing.result);
  };

  window.snap = {
    pay(token, options) {
      if (open) throw new Error("snap.pay is not allowed while a payment page is open.");
      const layer = document.createElement("dialog");
      const frame = document.createElement("iframe");
      const button = document.createElement("button");
      frame.src = `${base}/snap/v4/redirection/${encodeURIComponent(token)}`;
      frame.title = "Pembayaran";
      frame.width = "340";
      frame.height = "600";
      button.type = "button";
      button.textContent = "Tutup";
      button.addEventListener("click", close);
      layer.append(frame, button);
      layer.addEventListener("cancel", close);
      document.body.append(layer);
      layer.showModal();
      open = { token, options, layer, result: null, timer: setInterval(look, 1000) };
    },
    hide() {
      shut();
    },
  };
})();
