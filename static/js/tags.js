/* Others' advertising tags. This file is in a page only where the reader allows them, and the policy of that answer lets them in.
   Reads of its own element: data-google, data-criteo (accounts), data-seconds (until the consent ends), data-together (all devices seen as one). */
(() => {
  const { nonce, dataset: { google, criteo, seconds, together } } = document.currentScript;
  function load(src) {
    const script = document.createElement("script");
    Object.assign(script, { src, nonce, async: true });
    document.head.append(script);
  }
  if (google) {
    const queue = window.dataLayer = [];
    // Google's tag tells calls from data by this: only a function's own `arguments` will do.
    window.gtag = function () { queue.push(arguments); };
    window.gtag("js", new Date());
    window.gtag("config", google, { cookie_expires: +seconds, cookie_update: false, allow_google_signals: together === "1" });
    load("https://www.googletagmanager.com/gtag/js?id=" + google);
  }
  if (criteo) {
    window.criteo_q = [{ event: "setAccount", account: +criteo }, { event: "viewPage" }];
    load("https://dynamic.criteo.com/js/ld/ld.js?a=" + criteo);
  }
})();
