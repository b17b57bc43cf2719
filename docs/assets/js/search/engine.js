// The search engine: sections in, the best pages for a query out.  It knows nothing of workers or of the theme.
//
// MiniSearch keeps the index, scores, and finds what a word begins and what is a slip away.  Ours is what it is given to
// find.  Readers type "lien ket" and mean "liên kết", "containers" and mean "container", "--link" and mean just that.  So
// a text is found by its words in several forms (words.js), by its pieces with signs in them, and by each two words side
// by side: a Vietnamese word has two or three syllables, and MiniSearch does not know how far apart they stand.

"use strict";

self.searchEngine = (() => {
  const { read, pieces, slips } = self.searchWords;

  const FIELDS = { title: 1.8, slug: 2, text: 1, ofPage: 0.6 };  // the last is the title of the section's page
  const BM25 = { k: 1.2, b: 0.8, d: 0 };  // a long example names everything: length counts for more than MiniSearch lets it
  const PAGE = 1.3;  // for a page's own entry
  const PAIR = 2;  // for two words of the query side by side
  const AS_TYPED = 1.6;  // for "--link" or "8080:80", sign for sign
  const EDGE = 0.15;  // for a text that begins or ends as the query does: of two titles, the one that says no more
  const IN_PIECE = 0.4;  // for "docker" and "host" where DOCKER_HOST was typed
  const MORE = 0.35;  // for each other section of a page that answers, too
  const LITTLE = 0.1;  // for words that hardly say what is looked for
  const LITTLE_WORDS = new Set(("a an the to of in is are was what how do does i my can for and or with on it its be by at " +
    "from la gi cua va thi cac nhung nao mot").split(" "));

  /** Two words side by side, or the first or last of a text, as a term. */
  const pair = (left, right) => `+${left?.root ?? "^"}${right?.root ?? "$"}`;

  /** The terms by which a text is found. */
  function tokenize(text) {
    const words = read(text);
    const signed = pieces(text);
    return [
      ...signed,
      ...signed.map((piece) => read(piece).map(({ plain }) => plain).join("")),  // copyonwrite
      ...words.flatMap((word, i) => [...word.forms, pair(words[i - 1], word)]),
      pair(words.at(-1), null),
    ];
  }

  /** docs: {location, title, text, boost} of every section, each page's own entry before those of its sections;
      synonyms: [what is typed, what the site says]. */
  function index(docs, synonyms) {
    const first = new Map();
    const sections = docs.map((doc, id) => {
      const [path, anchor] = doc.location.split("#");
      const slug = (anchor ?? path.replace(/^en\//, "").replace(/index\.html$|\.html$/, "")).replace(/[/_-]/g, " ");
      const [title, text] = [doc.title, doc.text].map((value) => value.normalize("NFC"));
      const section = { ...doc, id, path, slug, title, text };
      if (!first.has(path)) first.set(path, section);
      const page = first.get(path);
      return Object.assign(section, { page, ofPage: page.title });
    });
    const known = new Set();
    const terms = new self.MiniSearch({ fields: Object.keys(FIELDS), tokenize, processTerm: (term) => known.add(term) && term });
    terms.addAll(sections);
    const sayings = new self.MiniSearch({ fields: ["said"], tokenize: (text) => read(text).map(({ plain }) => plain) });
    sayings.addAll(synonyms.map(([said], id) => ({ id, said })));
    return { sections, terms, known, sayings, synonyms };
  }

  /** How many slips to forgive a word that the site does not know. */
  const slack = (word) => (word.length < 4 || /\d/.test(word) ? 0 : word.length < 8 ? 1 : 2);

  /** The terms that a query may mean: term → {weight, prefix, fuzzy, of: the word of the query that it stands for}. */
  function meanings(typed, words, isOpen, known) {
    const found = new Map();
    const add = (term, weight, more) => { if (!found.has(term)) found.set(term, { weight, prefix: false, fuzzy: 0, ...more }); };
    const signed = pieces(typed);
    const inPieces = new Set(signed.filter((piece) => known.has(piece)).flatMap(read).map(({ plain }) => plain));
    const worth = words.map(({ plain }) => (LITTLE_WORDS.has(plain) ? LITTLE : 1) * (inPieces.has(plain) ? IN_PIECE : 1));
    for (const piece of signed) add(piece, AS_TYPED, { prefix: piece.length > 3 });
    words.forEach((word, of) => {
      const { plain, marked, root } = word;
      const before = words[of - 1];
      const isTyping = isOpen && of === words.length - 1;
      if (marked !== plain && known.has(marked)) {  // marks that were typed count, unless they are a slip
        add(marked, worth[of], { of, prefix: isTyping });
      } else if (known.has(plain) || known.has(root)) {
        add(plain, worth[of], { of, prefix: isTyping && (plain.length > 1 || !before) });
        add(root, worth[of], { of });
      } else {
        add(plain, worth[of], { of, prefix: isTyping || plain.length > 2, fuzzy: slack(plain) });
        for (const other of [root, `+${root}`, ...slips(plain)]) if (known.has(other)) add(other, worth[of], { of });  // +dockerhub
      }
      if (before) add(pair(before, word), PAIR * Math.min(worth[of - 1], worth[of]), { prefix: isTyping });
    });
    add(pair(null, words[0]), EDGE);
    add(pair(words.at(-1), null), EDGE);
    return found;
  }

  /** The sections that say something of a query: {id, score, terms}. */
  function look(typed, { sections, terms, known }, isOpen) {
    const words = read(typed);
    if (!words.length) return [];
    const meant = meanings(typed, words, isOpen, known);
    const weigh = (of) => (LITTLE_WORDS.has(words[of].plain) ? LITTLE : 1);
    const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
    const whole = sum(words.map((_, of) => weigh(of)));
    return terms.search([...meant.keys()].join("\0"), {
      tokenize: (query) => query.split("\0"),
      processTerm: (term) => term,
      prefix: (term) => meant.get(term).prefix,
      fuzzy: (term) => meant.get(term).fuzzy,
      bm25: BM25,
      boost: FIELDS,
      boostTerm: (term) => meant.get(term).weight,
      boostDocument: (id) => (sections[id].boost ?? 1) * (sections[id] === sections[id].page ? PAGE : 1),
    }).map(({ id, score, queryTerms, terms }) => {
      // MiniSearch multiplies by the number of terms found; we, by the share of the words, of which each has several.
      const covered = new Set(queryTerms.map((term) => meant.get(term).of).filter((of) => of !== undefined));
      return { id, score: score / queryTerms.length * sum([...covered].map(weigh)) / whole, terms };
    });
  }

  /** The query in the words of the site: "cổng" → "port". */
  function rephrase(typed, { known, sayings, synonyms }) {
    const plains = (text) => [...new Set(read(text).map(({ plain }) => plain))];
    const words = plains(typed);
    return sayings.search(words.join(" "), { fuzzy: (term) => (known.has(term) ? 0 : slack(term)) })
      .filter(({ id, terms }) => terms.length === plains(synonyms[id][0]).length)
      .map(({ id, queryTerms }) => [...words.filter((word) => !queryTerms.includes(word)), synonyms[id][1]].join(" "));
  }

  /** A section's words, read when it is first shown. */
  const wordsOf = (section) => (section.words ??= { title: read(section.title), text: read(section.text) });

  const hasPhrase = (section, phrase) => Object.values(wordsOf(section)).some((words) =>
    words.some((_, at) => phrase.every(({ root }, k) => words[at + k]?.root === root)));

  /** Every section that answers, best first: {section, score, terms}. */
  function rank(typed, index) {
    const best = new Map();
    const isOpen = /[\p{L}\p{M}\p{N}]$/u.test(typed);  // the last word may go on
    for (const item of [look(typed, index, isOpen), ...rephrase(typed, index).map((said) => look(said, index, false))].flat()) {
      if (!(best.get(item.id)?.score >= item.score)) best.set(item.id, item);
    }
    const found = Array.from(best.values(), ({ id, score, terms }) => ({ section: index.sections[id], score, terms }));
    const phrases = Array.from(typed.matchAll(/["“”„]([^"“”„]+)["“”„]/g), ([, phrase]) => read(phrase));
    const exact = phrases.length ? found.filter(({ section }) => phrases.every((phrase) => hasPhrase(section, phrase))) : [];
    return (exact.length ? exact : found).sort((a, b) => b.score - a.score || a.section.id - b.section.id);
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
  function excerpt(text, words, places) {
    const size = 32;
    let start = 0, most = -1;
    for (const place of places) {
      const kinds = new Set();
      for (let i = place; i < place + size - 8; i++) if (places.has(i)) kinds.add(words[i].plain);
      if (kinds.size > most) [start, most] = [Math.max(0, place - 8), kinds.size];
    }
    const end = Math.min(words.length, start + size);
    return (start ? "… " : "") + marked(text, words, places, start, end) + (end < words.length ? " …" : "");
  }

  /** A section as the box shows it: `terms` are the words found as they are written. */
  function show({ section, score, terms: found }, isOneWord) {
    const { title, text } = wordsOf(section);
    const matched = new Set(found);
    const isPair = (left, right) => left && right && matched.has(pair(left, right));
    const isFound = (word, i, words) => word.forms.some((form) => matched.has(form)) ||
      isPair(words[i - 1], word) || isPair(word, words[i + 1]);
    const places = (words) => new Set(words.map(isFound).flatMap((isHit, i) => (isHit ? [i] : [])));
    const [inTitle, inText] = [places(title), places(text)];
    const written = [...Array.from(inTitle, (i) => title[i]), ...Array.from(inText, (i) => text[i])].map(({ word }) => word);
    const terms = [...new Set(written)].filter((word) => word.length > 1 || isOneWord).slice(0, 8);
    return {
      location: section.location,
      title: marked(section.title, title, inTitle),
      text: section.text && `<p>${excerpt(section.text, text, inText)}</p>`,
      score,
      terms: Object.fromEntries(terms.map((word) => [word, true])),
    };
  }

  /** The pages that answer a query, best first: of each, the sections that answer it, and the page's own entry. */
  function search(asked, index) {
    // `-p 8080:80` is about publishing a port, whatever the numbers; `ps -p` is not.
    const typed = asked.normalize("NFC").replace(/^\s*(?:docker run\s(?:.*\s)?)?-p(?:\s+[\d.:]+(?:\s+\S+)?)?\s*$/, "--publish");
    const isOneWord = read(typed).length === 1;
    const pages = new Map();
    for (const item of rank(typed, index)) {
      const { path } = item.section;
      pages.set(path, [...(pages.get(path) ?? []), item]);
    }
    const worth = ([best, ...more]) => best.score + more.slice(0, 5).reduce((sum, item) => sum + MORE * item.score, 0);
    return [...pages.values()]
      .map((items) => ({ items, score: worth(items) }))
      .sort((a, b) => b.score - a.score)
      .filter(({ score }, _, [top]) => score > 0.12 * top.score)
      .map(({ items }) => {
        const top = items.slice(0, 6).map((item) => show(item, isOneWord));
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
