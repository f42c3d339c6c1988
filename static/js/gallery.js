/* The page's clock and voice, and the live part of a lot. Every page works without it. Its words are put in by `core.assets`: one script for each language.
   Reads: #heard[data-zone], time[data-countdown], time[data-here], #lot-N-live[data-live data-poll],
   #lot-N-standing[data-version data-state data-ends data-lead data-say], #lot-N-you[data-me]. */
(() => {
  const one = (selector) => document.querySelector(selector);
  const all = (selector) => document.querySelectorAll(selector);
  const heard = one("#heard");
  const POLL = 10_000, RETRY = 60_000, QUIET = 10_000;

  // The server's clock: the time it wrote plus half of the round trip. The quickest answer knows best; the page's own
  // only counts until the first. A page that came out of the browser's cache unasked knows nothing; after a 304 it does.
  let offset = 0, quickest = Infinity;
  const now = () => Date.now() + offset;
  const secondsTo = (iso) => Math.max(0, Math.ceil((Date.parse(iso) - now()) / 1000));
  function setClock(server, sent, received = Date.now()) {
    if (!(server && received - sent <= quickest)) return;
    quickest = received - sent;
    offset = +server + quickest / 2 - received;
  }
  const loaded = performance.getEntriesByType("navigation")[0];
  const at = (mark) => Date.now() - performance.now() + mark;
  if (loaded?.transferSize) setClock(loaded.serverTiming?.find((one) => one.name === "now")?.duration, at(loaded.requestStart), at(loaded.responseStart));
  quickest = Infinity;
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => { ctx.sentAt = Date.now(); });
  document.addEventListener("htmx:before:response", ({ detail: { ctx } }) => setClock(ctx.response.headers.get("X-Now"), ctx.sentAt));

  // The voice: one region, at most once in ten seconds; only what cannot wait comes at once, and that as seldom.
  // Without a connection it can be seen as well, and says so.
  let spokenAt = -QUIET, urgedAt = -QUIET, waiting, away = false;
  function say(text, urgent) {
    clearTimeout(waiting);
    const since = away ? -QUIET : urgent ? urgedAt : spokenAt;
    waiting = setTimeout(() => {
      spokenAt = performance.now();
      if (urgent) urgedAt = spokenAt;
      heard.setAttribute("aria-live", urgent ? "assertive" : "polite");
      heard.textContent = away ? _("No connection: what you see may be old.") + " " + text : text;
    }, Math.max(0, since + QUIET - performance.now()));
  }
  function setAway(is) {
    if (away === is) return;
    away = is;
    heard.classList.toggle("hidden", !is);
    say("");
    if (!is) for (const lot of lots.values()) lot.tell();
  }

  // What is left: the two largest units. Shown each second, said only at 10, 5 and 1 minutes.
  // Translators: the units of a countdown, shortest form, parted by spaces: day hour minute second.
  const LENGTHS = [86400, 3600, 60, 1], units = _("d h min s").split(" ");
  function left(seconds) {
    const i = Math.max(0, LENGTHS.findIndex((length) => seconds >= length));
    const part = (n) => Math.floor(seconds % (LENGTHS[n - 1] || Infinity) / LENGTHS[n]) + "\u00a0" + units[n];
    return i < 3 ? part(i) + " " + part(i + 1) : part(3);
  }
  const minutesLeft = (n) => n > 1 ? _("# minutes left.").replace("#", n) : _("One minute left.");

  // The visitor's own time beside the gallery's, where they differ.
  const lang = document.documentElement.lang;
  const inZone = (timeZone) => new Intl.DateTimeFormat(lang, { timeZone, dateStyle: "short", timeStyle: "short" });
  const mine = inZone(), theirs = inZone(heard.dataset.zone);
  const named = new Intl.DateTimeFormat(lang, { weekday: "short", hour: "2-digit", minute: "2-digit", timeZoneName: "short" });

  function times() {
    for (const time of all("time[data-countdown]")) {
      const seconds = secondsTo(time.dateTime), text = seconds ? left(seconds) : _("Ended");
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

  // One lot's live part: a stream while it is looked at, and a poll every ten seconds while there is none.
  const MOODS = { leading: _("You lead."), outbid: _("You have been outbid."), won: _("You won this lot."), lost: _("This lot did not go to you.") };
  const isOver = (state) => state !== "open" && state !== "upcoming";
  const tabs = new BroadcastChannel("lots");
  function follow(section) {
    const id = section.id.split("-")[1];
    const standing = () => one(`#lot-${id}-standing`).dataset, you = () => one(`#lot-${id}-you`);
    let stream, polling, retrying, known, told, before, newsAt, askAt = 0;

    // Two ways may be open at once: what is older than what is shown already is dropped. Says whether it is newer.
    function show(html) {
      const version = +/data-version="(\d+)"/.exec(html)?.[1], shown = +standing().version;
      if (!(version >= shown)) return false;
      // Before htmx is here, or if it never comes, nothing in there can have the focus.
      if (window.htmx) htmx.swap({ sourceElement: section, target: section, text: html, swap: "innerMorph" });
      else {
        section.innerHTML = html;
        look();
      }
      return version > shown;
    }

    function wake() {
      retrying = clearTimeout(retrying);
      stream?.close();
      if (document.hidden || isOver(standing().state)) return;
      let asked = Date.now(), opened = false;
      const opening = stream = new EventSource(`${section.dataset.live}?since=${standing().version}`);
      newsAt = performance.now();
      // What it says first, also when it has come back by itself. A proxy that holds the stream back holds this back too.
      opening.addEventListener("clock", ({ data }) => {
        opened = true;
        calm();
        setAway(false);
        if (asked) setClock(data, asked);
        else if (quickest === Infinity) poll();
      });
      opening.onmessage = ({ data }) => {
        newsAt = performance.now();
        show(data);
      };
      opening.onerror = () => {
        asked = 0;
        fallBack();
      };
      setTimeout(() => opening === stream && !opened && fallBack(), POLL / 2);
    }
    function rest() {
      stream = stream?.close();
      calm();
      before = Infinity;
    }
    function fallBack() {
      polling ||= setInterval(poll, POLL);
      retrying ||= setTimeout(wake, RETRY * (0.7 + 0.6 * Math.random()));
    }
    function calm() {
      polling = clearInterval(polling);
      retrying = clearTimeout(retrying);
    }

    async function poll() {
      const sent = newsAt = performance.now(), options = { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(POLL) };
      const answer = await fetch(section.dataset.poll, options).catch(() => {});
      setAway(!answer?.ok);
      if (away) return;
      setClock(answer.headers.get("X-Now"), Date.now() + sent - performance.now());
      // The stream should have told: it is dead and does not know.
      if (show(await answer.text()) && stream && !polling) wake();
    }

    function moodOf({ lead, state }, me) {
      if (!me || !lead || state === "withdrawn") return "";
      if (isOver(state)) return me === lead && state === "sold" ? "won" : "lost";
      return me === lead ? "leading" : "outbid";
    }

    function read() {
      const { version, state } = standing(), line = you(), me = line?.dataset.me, mood = moodOf(standing(), me), status = MOODS[mood] || "";
      if (line && line.textContent !== status) {
        line.className = "you " + mood;
        line.textContent = status;
      }
      // Another tab may have been opened before the first bid.
      if (me && told !== me) {
        told = me;
        tabs.postMessage([id, me]);
      }
      if (isOver(state)) {
        rest();
        one(`#lot-${id}-bid :is(form, p:has(.do))`)?.setAttribute("hidden", "");
      }
      // The answer to a bid that was long on its way, and that the stream has overtaken.
      if (+version < +known?.version) poll();
      const isOutbid = mood === "outbid" && known?.mood !== mood, changed = known && known.version !== version;
      known = { version, mood };
      if (changed) tell(isOutbid);
    }
    function tell(urgent) {
      const { state, ends, say: text } = standing(), seconds = secondsTo(ends);
      const time = isOver(state) || seconds > 3600 ? "" : seconds > 60 ? minutesLeft(Math.round(seconds / 60)) : left(seconds);
      say([text, MOODS[known.mood], time].filter(Boolean).join(" "), urgent);
    }

    function tick() {
      const { state, ends } = standing(), seconds = secondsTo(ends);
      if (isOver(state) || document.hidden) return;
      const mark = [1, 5, 10].find((minutes) => seconds <= minutes * 60 && before > minutes * 60);
      if (mark && before < Infinity && seconds) say(minutesLeft(mark), mark === 1);
      before = seconds;
      // Time decides the end, not a message: ask until the house has said what came of it.
      if (state === "open" && !seconds && now() > askAt) {
        askAt = now() + 3000 + Math.random() * 3000;
        setTimeout(poll, 300 + Math.random() * 700);
      }
      // A line can die without a word.
      if (performance.now() - newsAt > (seconds < 900 ? 60_000 : 300_000)) poll();
    }

    function meet(me) {
      you().dataset.me = me;
      read();
    }

    rest();
    return { read, tell, tick, wake, rest, meet, id };
  }

  const lots = new Map();
  function look() {
    for (const [section, lot] of lots) if (!section.isConnected) {
      lot.rest();
      lots.delete(section);
    }
    for (const section of all("[data-live]")) if (!lots.has(section)) {
      const lot = follow(section);
      lots.set(section, lot);
      lot.wake();
    }
    for (const lot of lots.values()) lot.read();
    times();
  }
  // Whoever comes back from elsewhere, from sleep or from under a bridge sees what is now; his clock may have stood still.
  function comeBack() {
    quickest = Infinity;
    for (const lot of lots.values()) document.hidden ? lot.rest() : lot.wake();
  }
  document.addEventListener("htmx:after:swap", look);
  document.addEventListener("visibilitychange", comeBack);
  addEventListener("online", comeBack);
  addEventListener("offline", () => setAway(true));
  tabs.onmessage = ({ data: [id, me] }) => { for (const lot of lots.values()) if (lot.id === id) lot.meet(me); };
  look();
  let steady;
  (function tick() {
    const drift = Date.now() - performance.now();
    if (Math.abs(drift - steady) > 1000) comeBack();
    steady = drift;
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
    notice.textContent = _("No answer came. Look at the page before you repeat it.");
    one("#said").replaceChildren(notice);
    notice.scrollIntoView({ block: "nearest" });
  }
  document.addEventListener("htmx:error", ({ detail }) => lost(detail.ctx));
  document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
    if (ctx.hx.retarget || ctx.response.status < 500) return;
    ctx.swap = "none";
    delete ctx.hx.reswap;
    lost(ctx);
  });
})();
