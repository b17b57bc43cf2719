// The search worker, in the place of the theme's: the theme draws the box, ../search/engine.js finds.
//
// It speaks the theme's messages: 0 set up, 1 ready, 2 query, 3 result.  theme/reading.py stops the build when the theme
// brings another worker than the one whose messages these are.

"use strict";

(() => {
  const SETUP = 0, READY = 1, QUERY = 2, RESULT = 3;

  // Opened from a folder, the theme runs this in an iframe (iframe-worker), which has no address of its own.
  const address = new URL(self.document?.currentScript?.src ?? self.location.href);
  const language = address.searchParams.get("language").slice(0, 2);
  const scripts = ["../vendor/minisearch", "words", "engine", "synonyms"].map((name) => new URL(`${name}.js`, address).href);
  const engine = self.importScripts(...scripts);  // a promise in an iframe only
  const isOurs = (doc) => doc.location.startsWith("en/") === (language === "en");
  let docs = [], index;

  /** The sections to search: from the theme where it has them (opened from a folder), else fetched when first needed. */
  async function load() {
    await engine;
    if (!docs.length) {
      const answer = await fetch(new URL(`../../../search/${language}.json`, address));
      if (!answer.ok) throw new Error(`the search index can't be read: ${answer.status}`);
      docs = await answer.json();
    }
    return self.searchEngine.index(docs, self.searchSynonyms[language]);
  }

  async function answer({ type, data }) {
    if (type === SETUP) {
      docs = data.docs.filter(isOurs);
      return { type: READY };
    }
    if (type !== QUERY) throw new Error(`the theme sends a message that this worker does not know: ${type}`);
    if (!data.trim()) return { type: RESULT, data: { items: [] } };
    index ??= load();
    index.catch(() => { index = undefined; });  // the next key tries again
    return { type: RESULT, data: { items: self.searchEngine.search(data, await index) } };
  }

  // One message after the other, and of the queries that wait only the last.
  let queue = Promise.resolve(), latest = 0;
  self.addEventListener("message", ({ data: message }) => {
    const turn = message.type === QUERY ? ++latest : 0;
    queue = queue.catch(() => {}).then(async () => {
      if (turn && turn < latest) return;
      self.postMessage(await answer(message));
    });
  });
})();
