/* The page's clock, voice and fall-back. It stands before htmx, to hear its first events. Every page works without it; all words come from the server, in the visitor's language.
   Reads: body[data-now], #heard[data-*], time[data-countdown], time[data-here], #lot-N-live[data-poll],
   #lot-N-standing[data-version data-state data-ends data-lead data-say], #lot-N-you[data-me data-leading data-outbid data-won data-lost]. */
(() => {
  const one = (selector) => document.querySelector(selector);
  const all = (selector) => document.querySelectorAll(selector);
  const heard = one("#heard"), words = heard.dataset;
  const POLL = 10_000, RETRY = 60_000, QUIET = 10_000;

  // The server's clock: the time it wrote plus half of the round trip. The quickest answer knows best; the page itself
  // only counts until the first answer, because it may come out of the browser's cache.
  let offset = 0, quickest = Infinity;
  const now = () => Date.now() + offset;
  const secondsTo = (iso) => Math.max(0, Math.ceil((Date.parse(iso) - now()) / 1000));
  function setClock(server, sent, received) {
    if (!(server && received - sent <= quickest)) return;
    quickest = received - sent;
    offset = +server + quickest / 2 - received;
  }
  const loaded = performance.getEntriesByType("navigation")[0];
  const at = (mark) => Date.now() - performance.now() + mark;
  if (loaded) setClock(document.body.dataset.now, at(loaded.requestStart), at(loaded.responseStart));
  quickest = Infinity;
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => { ctx.sentAt = Date.now(); });
  document.addEventListener("htmx:before:response", ({ detail: { ctx } }) => setClock(ctx.response.headers.get("X-Now"), ctx.sentAt, Date.now()));

  // The voice: one region, at most once in ten seconds; only what cannot wait comes at once.
  let spokenAt = -QUIET, waiting;
  function say(text, urgent) {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      spokenAt = performance.now();
      heard.setAttribute("aria-live", urgent ? "assertive" : "polite");
      heard.textContent = text;
    }, urgent ? 0 : Math.max(0, spokenAt + QUIET - performance.now()));
  }

  // What is left: the two largest units. Shown each second, said only at 10, 5 and 1 minutes.
  const LENGTHS = [86400, 3600, 60, 1], units = words.units.split(" ");
  function left(seconds) {
    const i = Math.max(0, LENGTHS.findIndex((length) => seconds >= length));
    const part = (n) => Math.floor(seconds % (LENGTHS[n - 1] || Infinity) / LENGTHS[n]) + "\u00a0" + units[n];
    return i < 3 ? part(i) + " " + part(i + 1) : part(3);
  }
  const minutesLeft = (n) => n > 1 ? words.minutes.replace("#", n) : words.minute;

  // The visitor's own time beside the gallery's, where they differ.
  const lang = document.documentElement.lang;
  const inZone = (timeZone) => new Intl.DateTimeFormat(lang, { timeZone, dateStyle: "short", timeStyle: "short" });
  const mine = inZone(), theirs = inZone(words.zone);
  const named = new Intl.DateTimeFormat(lang, { weekday: "short", hour: "2-digit", minute: "2-digit", timeZoneName: "short" });

  function times() {
    for (const time of all("time[data-countdown]")) {
      const seconds = secondsTo(time.dateTime), text = seconds ? left(seconds) : words.over;
      time.title ||= time.textContent;
      if (time.textContent !== text) time.textContent = text;
      time.classList.toggle("soon", seconds < 300);
    }
    for (const time of all("time[data-here]:not([title])")) {
      const at = new Date(time.dateTime);
      time.title = named.format(at);
      if (mine.format(at) !== theirs.format(at)) time.append(" = " + time.title);
    }
  }

  // One lot's live part. The answer to a bid may bring a new one, with a stream of its own.
  function follow(section) {
    const id = section.id.split("-")[1];
    const root = () => one(`#lot-${id}-standing`), standing = () => root().dataset;
    const isOver = (state) => state !== "open" && state !== "upcoming";
    // Not sent by the section: there it would queue behind a stream that a proxy holds back.
    const poll = () => document.hidden || htmx.ajax("GET", section.dataset.poll, { source: root(), target: section, swap: "innerMorph" });
    let known, before = Infinity, askAt = 0, polling, retrying;

    function fallBack() {
      if (isOver(standing().state)) return;
      polling ||= setInterval(poll, POLL);
      retrying ||= setInterval(() => htmx.process(section, true), RETRY);
    }
    function recover() {
      polling = clearInterval(polling);
      retrying = clearInterval(retrying);
    }

    function moodOf({ lead, state }, me) {
      if (!me || !lead || state === "withdrawn") return "";
      if (isOver(state)) return me === lead && state === "sold" ? "won" : "lost";
      return me === lead ? "leading" : "outbid";
    }

    function read() {
      const { version, state, ends, say: text } = standing(), you = one(`#lot-${id}-you`);
      const mood = you ? moodOf(standing(), you.dataset.me) : "", status = mood ? you.dataset[mood] : "";
      if (you && you.textContent !== status) {
        you.className = "you " + mood;
        you.textContent = status;
      }
      if (isOver(state)) {
        recover();
        one(`#lot-${id}-bid form`)?.setAttribute("hidden", "");
      }
      if (known && known.version !== version) {
        const seconds = secondsTo(ends);
        const rest = isOver(state) || seconds > 3600 ? "" : seconds > 60 ? minutesLeft(Math.round(seconds / 60)) : left(seconds);
        say([text, status, rest].filter(Boolean).join(" "), mood === "outbid" && known.mood !== "outbid");
      }
      known = { version, mood };
    }

    function tick() {
      const { state, ends } = standing(), seconds = secondsTo(ends);
      if (isOver(state)) return;
      const mark = [1, 5, 10].find((minutes) => seconds <= minutes * 60 && before > minutes * 60);
      if (mark && before < Infinity && seconds) say(minutesLeft(mark), mark === 1);
      before = seconds;
      // Time decides the end, not a message: ask until the house has said what came of it.
      if (state === "open" && !seconds && now() > askAt) {
        askAt = now() + 3000 + Math.random() * 3000;
        setTimeout(poll, 300 + Math.random() * 700);
      }
    }

    // No answer at all: then there is no event to wait for.
    setTimeout(() => section.isConnected && !section._htmx?.sse && fallBack(), POLL / 2);
    section.addEventListener("htmx:sse:after:connection", recover);
    for (const name of ["sse:error", "sse:close", "response:error", "error"]) section.addEventListener("htmx:" + name, fallBack);
    return { read, tick, leave: recover };
  }

  const lots = new Map();
  function look() {
    for (const [section, lot] of lots) if (!section.isConnected) lot.leave(lots.delete(section));
    for (const section of all("[data-poll]")) lots.has(section) || lots.set(section, follow(section));
    for (const lot of lots.values()) lot.read();
    times();
  }
  document.addEventListener("htmx:after:swap", look);
  look();
  (function tick() {
    times();
    for (const lot of lots.values()) lot.tick();
    setTimeout(tick, 1000 - now() % 1000);
  })();

  // A form that got no answer, or a proxy's error page: what was typed stays, and a notice says so.
  function lost(ctx) {
    if (!ctx?.sourceElement?.matches("form")) return;
    const notice = document.createElement("div");
    notice.className = "notice bad";
    notice.setAttribute("role", "alert");
    notice.textContent = words.lost;
    one("#said").replaceChildren(notice);
    notice.scrollIntoView({ block: "nearest" });
  }
  document.addEventListener("htmx:error", ({ detail }) => lost(detail.ctx));
  document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
    const isOurs = ctx.hx.retarget || ctx.response.status < 500;
    if (isOurs && !ctx.sourceElement.closest("[data-poll]")) return;
    // A stream or a poll that was refused is no news for the visitor.
    ctx.swap = "none";
    delete ctx.hx.reswap;
    lost(ctx);
  });
})();
