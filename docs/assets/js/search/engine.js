// The search engine: sections in, the best pages for a query out.  It knows nothing of workers or of the theme.
//
// Readers type "lien ket" and mean "liên kết", "dokcer" and mean "docker", "--link" and mean just that.  So every word is
// kept with and without its marks (words.js), and a word of the query stands for the words of the site that it may mean
// (query.js): the word itself, its plural, what it begins, what is one slip away.  A section is worth more when the words
// are in its title or its page's, side by side, in the spelling that was typed, and all of them (score.js).

"use strict";

self.searchEngine = (() => {
  const { stem } = self.searchWords;
  const { parse, readings, rephrase } = self.searchQuery;
  const { index, weigh } = self.searchScore;
  const AS_TYPED = 2.5;  // for "--link" or "8080:80", sign for sign

  const hasPhrase = (section, phrase) => ["title", "text"].some((field) => {
    const words = section.words[field];
    return words.some((_, at) => phrase.every((plain, k) => stem(words[at + k]?.plain ?? "") === stem(plain)));
  });

  const writes = ({ lower }, piece) => lower.includes(piece);

  /** Every section that answers, best first: {section, score, hit}. */
  function rank(typed, query, index, synonyms) {
    const merged = new Map();
    const take = (words, factor, isLoose) => {
      readings(words, index.words).forEach((words, n) => {
        for (const [section, found] of weigh(words, index, isLoose)) {
          const score = found.score * factor * (n ? 0.95 : 1);
          if (!(merged.get(section)?.score >= score)) merged.set(section, { ...found, section, score });
        }
      });
    };
    take(query.words, 1, false);
    for (const other of rephrase(typed, synonyms)) take(other.words, other.weight, false);
    const isShort = query.words.length < 5;  // in a longer one, some word is always missing
    if (isShort && ![...merged.values()].some(({ covered }) => covered > 0.8)) take(query.words, 1, true);
    let found = [...merged.values()];
    for (const piece of query.pieces) {
      const written = new Set(found.filter(({ section }) => writes(section, piece)));
      for (const item of found) {
        if (written.has(item)) item.score += AS_TYPED * item.total * item.section.boost / query.pieces.length;
        // Where one section writes DOCKER_HOST, "the Docker host" in another is something else.
        else if (written.size && /[\p{L}\p{N}][^\p{L}\p{N}]+[\p{L}\p{N}]/u.test(piece)) item.score *= 0.6;
      }
    }
    if (query.phrases.length) {
      const exact = found.filter(({ section }) => query.phrases.every((phrase) => hasPhrase(section, phrase)));
      if (exact.length) found = exact;
    }
    return found.sort((a, b) => b.score - a.score || a.section.number - b.section.number);
  }

  // --- The answer. ---

  const escape = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

  /** The text between two words, as HTML, with the words at these places marked. */
  function marked(text, words, places, start = 0, end = words.length) {
    let at = start ? words[start].from : 0, html = "";
    for (let i = start; i < end; i++) {
      if (!places.has(i)) continue;
      const { from, to } = words[i];
      html += `${escape(text.slice(at, from))}<mark>${escape(text.slice(from, to))}</mark>`;
      at = to;
    }
    const stop = end < words.length ? words[end - 1].to : text.length;
    return html + escape(text.slice(at, Math.max(at, stop)));
  }

  /** The most telling 32 words of a text, with the words that were found marked. */
  function excerpt({ text, words: { text: words } }, places) {
    const size = 32;
    let start = 0, most = -1;
    for (const place of places.keys()) {
      const kinds = new Set();
      for (let i = place; i < place + size - 8; i++) if (places.has(i)) kinds.add(words[i].plain);
      if (kinds.size > most) [start, most] = [Math.max(0, place - 8), kinds.size];
    }
    const end = Math.min(words.length, start + size);
    return (start ? "… " : "") + marked(text, words, places, start, end) + (end < words.length ? " …" : "");
  }

  /** A section as the box shows it: `terms` are the words found as they are written, and those that are missing. */
  function show({ section, score, hit }, query) {
    const places = { title: new Set(), text: new Set() };
    const terms = {};
    hit.forEach((found) => {
      for (const field in places) {
        for (const [place, strength] of found?.[field].at ?? []) if (strength > 0.3) places[field].add(place);
      }
    });
    for (const field in places) {
      for (const place of places[field]) {
        const { word } = section.words[field][place];
        if (Object.keys(terms).length < 8 && (word.length > 1 || query.words.length === 1)) terms[word] = true;
      }
    }
    return {
      location: section.location,
      title: marked(section.title, section.words.title, places.title),
      text: section.text && `<p>${excerpt(section, places.text)}</p>`,
      score,
      terms,
    };
  }

  /** The pages that answer a query, best first: of each, the sections that answer it, and the page's own entry. */
  function search(asked, index, synonyms = []) {
    // `-p 8080:80` is about publishing a port, whatever the numbers; `ps -p` is not.
    const typed = asked.replace(/^\s*-p(?:\s+[\d.]+(?::[\d.]*)*)?\s*$/, "--publish");
    const query = parse(typed);
    if (!query.words.length) return [];
    const pages = new Map();
    for (const item of rank(typed, query, index, synonyms)) {
      const { path } = item.section;
      pages.set(path, [...(pages.get(path) ?? []), item]);
    }
    const worth = ([best, ...more]) => best.score + more.slice(0, 5).reduce((sum, item) => sum + 0.12 * item.score, 0);
    return [...pages.values()]
      .map((items) => ({ items, score: worth(items) }))
      .sort((a, b) => b.score - a.score)
      .filter(({ score }, _, [top]) => score > 0.12 * top.score)
      .map(({ items }) => {
        const top = items.slice(0, 6).map((item) => show(item, query));
        // The theme shows the sections that score like the best, and folds the others.
        for (const item of top.slice(0, 3)) if (item.score > 0.6 * top[0].score) item.score = top[0].score;
        if (!top.some(({ location }) => !location.includes("#"))) {
          const { page } = items[0].section;
          top.push({ location: page.location, title: escape(page.title), text: "", score: 0, terms: {} });
        }
        return top;
      });
  }

  return { index, search };
})();
