/* On the pages of staff: a session that is about to end says so, and its button asks for more time. Without this
   script nothing warns; a form that comes too late is kept all the same (gallery.auth.detours).
   Reads: #stay[data-left], the seconds that were left when it was written; an answer brings a new one. */
(() => {
  const WARNED = 180;
  let known, since;
  setInterval(() => {
    const stay = document.querySelector("#stay");
    if (!stay) return;
    if (stay !== known) [known, since] = [stay, Date.now()];
    // By the clock, not by counting: a machine that slept has counted nothing.
    stay.hidden = stay.dataset.left - (Date.now() - since) / 1000 > WARNED;
  }, 1000);
})();
