// What the kit tells by itself, to a page that is seen.

const RETRY_MS = 2000;
const SILENT_MS = 8000;

/** Hear what happens to the kit, and to a case where one is meant. `hears`: what to do on each kind of event, by its name:
    the kit finds out no more than these;
    `onLost`: when the kit does not answer, and whether it gave an answer that is no stream; `onClose`: when nothing more is heard. */
export function listen(caseId, hears, onLost = () => {}, onClose = () => {}) {
  let events = null;
  let again = null;
  let silence = null;
  const asked = new URLSearchParams([...Object.keys(hears).map((name) => ["of", name]), ...(caseId ? [["case", caseId]] : [])]);

  function open() {
    clearTimeout(again);
    events?.close();
    events = new EventSource(`/api/v1/events?${asked}`);
    for (const [name, act] of Object.entries({ ...hears, here: () => {} })) {
      events.addEventListener(name, (event) => {
        heard();
        act(JSON.parse(event.data));
      });
    }
    events.onerror = lost;
    heard();
  }

  /** The kit says something every two seconds. A network that went away breaks nothing: only nothing is heard any more. */
  function heard() {
    clearTimeout(silence);
    silence = setTimeout(() => {
      onLost(false);
      open();
    }, SILENT_MS);
  }

  /** A browser asks again by itself, but not after an answer that is no stream, as that of a kit that is out of order. */
  function lost() {
    const refused = events.readyState === EventSource.CLOSED;
    onLost(refused);
    if (refused) again = setTimeout(reopen, RETRY_MS);
  }

  function reopen() {
    close();
    open();
  }

  function close() {
    clearTimeout(again);
    clearTimeout(silence);
    events?.close();
    onClose();
  }

  // a browser opens six connections to one host: a page that nobody sees gives its own back
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  if (!document.hidden) open();
}
