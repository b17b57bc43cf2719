// The search worker: the theme's own, taught Vietnamese.
//
// Readers type "lien ket" and mean "liên kết"; the theme's search finds only what is spelled the same way.  This
// worker loads the theme's (its address is in ?worker=), leaves the index alone, and stands between it and the page:
//
//   - every word is indexed as written and without its marks;
//   - a page finds pages of its own language only (?language=);
//   - a query is tried strictly first, then more and more loosely.
//
// It relies on the theme's messages (0 set up, 1 ready, 2 query, 3 result) and on its global `lunr`, and throws where
// they are missing.  tests/browser fails then.

"use strict";

// In a function of its own: names declared outside would hide the globals that the theme's worker calls.
(() => {
  const SETUP = 0, QUERY = 2;
  const address = new URL(self.location.href);
  const language = address.searchParams.get("language");
  const worker = new URL(address.searchParams.get("worker"), address);

  /** A word without its marks: "đường" → "duong". */
  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/g, "d").replace(/Đ/g, "D");

  // --- The theme's worker: caught as it registers, then asked one message at a time. ---

  const { addEventListener, postMessage } = self;
  let handle, answered;
  self.addEventListener = (type, listener) => { if (type === "message") handle = listener; };
  self.postMessage = (answer) => answered(answer);
  self.importScripts(worker.href);
  self.addEventListener = addEventListener;

  if (!handle || !self.lunr?.Pipeline?.prototype?.run || !self.lunr?.Index?.prototype?.search) {
    throw new Error(`The theme's search worker has changed: adapt search.js to ${worker.pathname}`);
  }

  const ask = (message) => new Promise((resolve) => {
    answered = resolve;
    handle({ data: message });
  });

  // --- The index: each word twice, in one place. ---

  const { run } = lunr.Pipeline.prototype;
  lunr.Pipeline.prototype.run = function (tokens) {
    return run.call(this, tokens).flatMap((token) => {
      const plain = fold(token.toString());
      return plain === token.toString() ? [token] : [token, token.clone(() => plain)];
    });
  };

  // A word and its twin share their position.  Each position must be reported once, or the theme would mark a word
  // inside its own mark.  lunr hands out the live index here: copy, never change it.
  const { search } = lunr.Index.prototype;
  lunr.Index.prototype.search = function (query) {
    const results = search.call(this, query);
    for (const { matchData } of results) {
      const seen = new Set();
      for (const [term, fields] of Object.entries(matchData.metadata)) {
        matchData.metadata[term] = Object.fromEntries(Object.entries(fields).map(([field, { position = [] }]) => {
          const fresh = position.filter((at) => !seen.has(`${field} ${at}`));
          fresh.forEach((at) => seen.add(`${field} ${at}`));
          return [field, { position: fresh }];
        }));
      }
    }
    return results;
  };

  function setup(message) {
    const docs = message.data.docs
      .filter((doc) => doc.location.startsWith("en/") === (language === "en"))
      .map((doc) => ({ ...doc, title: doc.title.normalize("NFC"), text: doc.text.normalize("NFC") }));
    // "en" loads nothing: lunr's Vietnamese is four stop words and a faulty trimmer.
    const config = { ...message.data.config, lang: ["en"] };
    return { ...message, data: { ...message.data, config, docs } };
  }

  // --- The query. ---

  /** The words of a query.  To lunr "-" excludes and ":" names a field; our readers mean --link and 8080:80. */
  const words = (text) => text.normalize("NFC").replace(/(^|\s)[-+]+/g, "$1").split(/[\s"*~^:]+/).filter(Boolean);

  /** Queries for the same words, strictest first: "+" requires a word, "*" lets it go on, "~1" forgives one letter. */
  function ladder(typed) {
    const plain = typed.map(fold);
    const last = typed.length - 1;
    // Vietnamese syllables are short ("du*" is also "được"): at first only the word being typed may go on.
    const typing = (list) => list.map((word, i) => `+${word}${i === last ? "*" : ""}`);
    const going = (list) => list.map((word) => `+${word}*`);
    const misspelt = plain.map((word) => (/^[a-z0-9]{4,}$/i.test(word) ? `${word}~${word.length > 8 ? 2 : 1}` : word));
    const queries = [typing(typed), typing(plain), going(typed), going(plain), plain, misspelt];
    return [...new Set(queries.map((query) => query.join(" ")))];
  }

  /** Let the page that is opened highlight what it says ("liên"), not what was typed ("lien"). */
  function respell(item) {
    const marks = `${item.title} ${item.text}`.matchAll(/<mark>([^<]*)<\/mark>/g);
    const marked = [...new Set([...marks].map((mark) => mark[1].toLowerCase()))];
    const terms = {};
    for (const [term, found] of Object.entries(item.terms)) {
      const spellings = found ? marked.filter((word) => fold(word).startsWith(fold(term))) : [];
      for (const word of spellings.length ? spellings.slice(0, 4) : [term]) terms[word] = found;
    }
    return { ...item, terms };
  }

  async function query(message) {
    let answer;
    for (const data of ladder(words(message.data))) {
      answer = await ask({ ...message, data });
      if (answer.data.items.length) break;
    }
    answer ??= await ask({ ...message, data: "" });
    answer.data.items = answer.data.items.map((page) => page.map(respell));
    return answer;
  }

  // One message after the other: the next query must not overtake this one on the ladder.
  let queue = Promise.resolve();
  addEventListener.call(self, "message", ({ data: message }) => {
    queue = queue.then(async () => {
      if (message.type === QUERY) postMessage.call(self, await query(message));
      else postMessage.call(self, await ask(message.type === SETUP ? setup(message) : message));
    });
  });
})();
