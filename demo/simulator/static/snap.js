// A stand-in for Midtrans' snap.js: opens the payment page in the same window. Results come by notification, not from here.
window.snap = {
  pay(token) {
    window.location.assign("__BASE__/snap/v4/redirection/" + encodeURIComponent(token));
  },
  hide() {},
};
