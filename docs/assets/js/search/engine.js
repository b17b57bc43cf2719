// The search engine: sections in, the best pages for a query out.  It knows nothing of workers or of the theme.
//
// Readers type "lien ket" and mean "liên kết", "dokcer" and mean "docker", "--link" and mean just that.  So every word is
// kept with and without its marks, and a word of the query stands for the words of the site that it may mean, each with
// a weight: the word itself, its plural, what it begins, what is one slip away.  A section is worth more when the
// words are in its title or its page's, side by side, in the spelling that was typed, and all of them.

"use strict";

self.searchEngine = (() => {
  const WORD = /[\p{L}\p{M}\p{N}]+/gu;
  const FIELDS = { title: 3, slug: 2, text: 1 };  // a section's own
  const OF_PAGE = { title: 2, slug: 0.8 };  // its page's, for every section of it
  const TOGETHER = { title: 1.6, slug: 0.6, text: 1.1 };  // for two words of the query side by side
  const WHOLE_TITLE = 2.5;  // for a title that says what was asked, and nothing else
  const AS_TYPED = 2.5;  // for "--link" or "8080:80", sign for sign
  const LITTLE = new Set(("a an the to of in is are was what how do does i my can for and or with on it its be by at from " +
    "la gi cua va thi cac nhung nao mot").split(" "));  // they hardly say what is looked for
  const OTHER_MARKS = { known: 0.15, unknown: 0.55 };  // "công" for "cổng": by whether the site has "cổng"

  const folded = new Map();

  /** A word as it is searched: "Đường" → "duong". */
  function fold(word) {
    let plain = folded.get(word);
    if (plain === undefined) {
      plain = word.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/đ/g, "d");
      folded.set(word, plain);
    }
    return plain;
  }

  const TONES = /[\u0300\u0301\u0303\u0309\u0323]/g;
  const spelled = new Map();

  /** A word with its marks, the tone last: "xoá" and "xóa" are one spelling. */
  function spell(word) {
    let marked = spelled.get(word);
    if (marked === undefined) {
      const letters = word.toLowerCase().normalize("NFD");
      marked = letters.replace(TONES, "") + (letters.match(TONES) ?? []).join("");
      spelled.set(word, marked);
    }
    return marked;
  }

  /** The words of a text, in order: where each stands, as written and plain. */
  const read = (text) => Array.from(text.matchAll(WORD), ({ 0: word, index }) => (
    { from: index, to: index + word.length, word: word.toLowerCase(), marked: spell(word), plain: fold(word) }));

  /** English words in one form: "images" → "image", "linking" → "link".  No Vietnamese syllable ends like these. */
  function stem(word) {
    if (word.length < 4 || /\d/.test(word)) return word;
    const single = word.replace(/(ss|us|is)$|ies$|(ch|sh|x|ss)es$|s$/, (end, kept, before) => kept ?? before ?? (end === "ies" ? "y" : ""));
    if (single.length < 6) return single;
    return single.replace(/([bdgmnprt])\1(?:ing|ed)$/, "$1").replace(/(?:ing|ed|ation|ator|ion|e)$/, "");
  }

  /** Can one word become the other in `limit` slips: a letter more, less, other, or two swapped? */
  function isNear(a, b, limit) {
    if (Math.abs(a.length - b.length) > limit) return false;
    let above = [], row = Array.from({ length: b.length + 1 }, (_, j) => j);
    for (let i = 1; i <= a.length; i++) {
      const next = [i];
      for (let j = 1; j <= b.length; j++) {
        const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? above[j - 2] + 1 : Infinity;
        next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] !== b[j - 1]), swapped);
      }
      if (Math.min(...next) > limit) return false;
      [above, row] = [row, next];
    }
    return row[b.length] <= limit;
  }

  // --- The index. ---

  /** docs: {location, title, text, boost} of every section, each page's own entry before those of its sections. */
  function index(docs) {
    const words = new Map();  // plain word → Map(section → {title, slug, text}: the places where it stands)
    const stems = new Map();
    const sections = docs.map((doc, number) => {
      const [path, anchor] = doc.location.split("#");
      const slug = (anchor ?? path.replace(/^en\//, "").replace(/index\.html$|\.html$/, "")).replace(/[/_-]/g, " ");
      const [title, text] = [doc.title, doc.text].map((value) => value.normalize("NFC"));
      const read_ = { title: read(title), slug: read(slug), text: read(text) };
      for (const field in read_) {
        read_[field].forEach(({ plain }, place) => {
          const found = words.get(plain) ?? words.set(plain, new Map()).get(plain);
          const places = found.get(number) ?? found.set(number, { title: [], slug: [], text: [] }).get(number);
          places[field].push(place);
        });
      }
      const lower = `${title}\n${text}`.toLowerCase();
      return { ...doc, number, path, title, text, lower, words: read_, boost: doc.boost ?? 1, page: null };
    });
    const first = new Map();
    for (const section of sections) {
      if (!first.has(section.path)) first.set(section.path, section);
      section.page = first.get(section.path);
    }
    for (const word of words.keys()) {
      const root = stem(word);
      stems.set(root, [...(stems.get(root) ?? []), word]);
    }
    const length = sections.reduce((sum, { words }) => sum + words.text.length, 0) / (sections.length || 1);
    const spellings = new Set(sections.flatMap(({ words: { title, text } }) => [...title, ...text].map(({ marked }) => marked)));
    return { sections, words, stems, spellings, length };
  }

  // --- The query. ---

  /** What was typed: its words, which of them may go on, quoted phrases, and pieces with signs in them. */
  function parse(typed) {
    const text = typed.normalize("NFC").replace(/[“”„]/g, '"');
    const words = read(text);
    const isOpen = /[\p{L}\p{M}\p{N}]$/u.test(text);
    words.forEach((word, i) => { word.isTyping = isOpen && i === words.length - 1; });
    const phrases = Array.from(text.matchAll(/"([^"]+)"/g), (match) => read(match[1]).map(({ plain }) => plain));
    const pieces = text.toLowerCase().replace(/"/g, " ").split(/\s+/).filter((piece) => /[^\p{L}\p{M}\p{N}]/u.test(piece) && /[\p{L}\p{N}]/u.test(piece));
    const whole = text.toLowerCase().replace(/"/g, " ").trim().replace(/\s+/g, " ");
    if (pieces.length && whole.includes(" ")) pieces.push(whole);
    return { words, phrases: phrases.filter((phrase) => phrase.length), pieces };
  }

  /** The words of the site that a word of the query may mean, with weights. */
  function meanings({ plain, isTyping }, { words, stems }, isLoose) {
    const found = new Map();
    const add = (word, weight) => { if (!(found.get(word) >= weight)) found.set(word, weight); };
    if (words.has(plain)) add(plain, 1);
    for (const word of stems.get(stem(plain)) ?? []) add(word, 0.9);
    const isKnown = found.size > 0;
    if (isTyping || (!isKnown && plain.length > 2)) {
      const weight = isKnown ? 0.4 : 0.85;
      for (const word of words.keys()) {
        if (word.startsWith(plain)) add(word, weight * (0.5 + 0.5 * plain.length / word.length));
      }
    }
    if ((!found.size || isLoose) && plain.length > 3 && !/^\d+$/.test(plain)) {
      const limit = plain.length > 7 ? 2 : 1;
      for (const word of words.keys()) {
        if (word.length > 2 && isNear(plain, word, 1)) add(word, 0.6);
        else if (word.length > 5 && limit > 1 && isNear(plain, word, 2)) add(word, 0.4);
        else if (isTyping && plain.length > 4 && word.length > plain.length && isNear(plain, word.slice(0, plain.length), 1)) add(word, 0.35);
      }
    }
    return found;
  }

  /** A word as two or three that the site knows: "dockerhub" → docker, hub; "copyonwrite" → copy, on, write. */
  function divide(word, known) {
    const parts = (text, most) => {
      if (most < 3 && known.has(text)) return [text];
      for (let at = text.length - 2; most > 1 && at >= (text === word ? 3 : 2); at--) {
        const rest = known.has(text.slice(0, at)) && parts(text.slice(at), most - 1);
        if (rest) return [text.slice(0, at), ...rest];
      }
      return null;
    };
    const found = word.length > 5 && parts(word, word.length > 9 ? 3 : 2);
    return found && found.at(-1).length > 2 ? found : null;
  }

  /** Other ways to divide the query: "dockerhub" for "docker hub", "host name" for "hostname". */
  function readings(words, known) {
    const all = [words];
    words.forEach((word, i) => {
      const after = words[i + 1];
      const joined = after && word.plain + after.plain;
      if (joined && known.has(joined)) {
        const one = { ...after, plain: joined, marked: word.marked + after.marked };
        all.push([...words.slice(0, i), one, ...words.slice(i + 2)]);
      }
      const parts = divide(word.plain, known);
      if (parts && (parts.every((part) => part.length > 3) || !known.has(word.plain))) {
        const split = parts.map((part, k) => ({ ...word, plain: part, marked: part, isTyping: word.isTyping && k === parts.length - 1 }));
        all.push([...words.slice(0, i), ...split, ...words.slice(i + 1)]);
      }
    });
    return all.slice(0, 6);
  }

  // --- The score. ---

  const NONE = { at: new Map(), best: 0, sum: 0 };  // a word that is not in a field

  /** How much each section answers these words: Map(section → {score, places: of the words found, by field}). */
  function weigh(words, index, isLoose) {
    const { sections, length } = index;
    const found = words.map((word) => meanings(word, index, isLoose));
    const hits = new Map();  // section → for each word of the query, by field, {at: Map(place → strength), best, sum}

    /** Marks that were typed must be there, except on a word still being typed: "tiê" goes on to "tiến". */
    function agreement(word, marked) {
      if (word.marked === word.plain || word.marked === marked) return 1;
      const isKnown = index.spellings.has(word.marked);
      if (word.isTyping && (!isKnown || marked.startsWith(word.marked))) return 1;
      return isKnown ? OTHER_MARKS.known : OTHER_MARKS.unknown;
    }

    const counts = words.map((word, i) => {
      const seen = new Set();
      const isPlain = word.marked === word.plain;
      for (const [meaning, weight] of found[i]) {
        const worth = weight * (/^\d+$/.test(meaning) ? 0.4 : 1);
        for (const [number, places] of index.words.get(meaning)) {
          seen.add(number);
          const hit = hits.get(number) ?? hits.set(number, words.map(() => null)).get(number);
          hit[i] ??= { title: NONE, slug: NONE, text: NONE };
          for (const field in places) {
            if (!places[field].length) continue;
            const { at } = hit[i][field] === NONE ? (hit[i][field] = { at: new Map(), best: 0, sum: 0 }) : hit[i][field];
            for (const place of places[field]) {
              const isAsTyped = isPlain || field === "slug";
              const strength = isAsTyped ? worth : worth * agreement(word, sections[number].words[field][place].marked);
              const before = at.get(place) ?? 0;
              if (strength <= before) continue;
              at.set(place, strength);
              hit[i][field].sum += strength - before;
              hit[i][field].best = Math.max(hit[i][field].best, strength);
            }
          }
        }
      }
      return seen.size;
    });
    const rarity = counts.map((count, i) =>
      Math.log(1 + (sections.length - count + 0.5) / (count + 0.5)) * (LITTLE.has(words[i].plain) ? 0.25 : 1));
    const total = rarity.reduce((sum, value, i) => sum + (counts[i] ? value : 0), 0) || 1;
    const ofSlug = (places, { words }) => places.slug.best / Math.sqrt(words.slug.length || 1);

    /** Two words of the query side by side in a field: by how much they are both meant. */
    function together(left, right) {
      let most = 0;
      for (const [place, strength] of left) {
        for (let gap = 1; gap <= 5; gap++) {
          for (const at of gap > 1 ? [place + gap, place - gap] : [place + 1]) {
            const other = right.get(at);
            if (other) most = Math.max(most, Math.min(strength, other) / gap);
            if (most >= 1) return most;
          }
        }
      }
      return most;
    }

    /** A title's worth: how much of it was asked for, and how much of the question it is. */
    function wholeTitle(hit, section) {
      const covered = new Set(hit.flatMap((places) => (places ? [...places.title.at].filter(([, s]) => s > 0.5).map(([at]) => at) : [])));
      const asked = hit.reduce((sum, places, i) => sum + (places ? rarity[i] * places.title.best : 0), 0);
      return (covered.size / (section.words.title.length || 1)) * asked * (asked / total);
    }

    const scored = new Map();
    const pages = new Set([...hits.keys()].map((number) => sections[number].page));
    for (const number of new Set([...hits.keys(), ...[...pages].map((page) => page.number)])) {
      const section = sections[number];
      const own = hits.get(number) ?? words.map(() => null);
      const ofPage = hits.get(section.page.number) ?? words.map(() => null);
      let score = 0, covered = 0;
      words.forEach((_, i) => {
        const [places, above] = [own[i], ofPage[i]];
        if (!places && !above) return;
        const size = section.words.text.length / length;
        const often = places ? places.text.sum : 0;
        const ofText = often && places.text.best * 1.9 * often / (often + 0.9 * (0.4 + 0.6 * size));
        score += rarity[i] * (
          (places ? FIELDS.title * places.title.best + FIELDS.slug * ofSlug(places, section) : 0) +
          FIELDS.text * ofText +
          (above ? OF_PAGE.title * above.title.best + OF_PAGE.slug * ofSlug(above, section.page) : 0));
        const inPage = above ? Math.max(above.title.best, above.slug.best) : 0;
        const here = places ? Math.max(places.title.best, places.slug.best, places.text.best) : 0;
        covered += rarity[i] * Math.max(here, 0.9 * inPage);
        const [next, nextAbove] = [own[i + 1], ofPage[i + 1]];
        if (i + 1 < words.length) {
          const isLittle = LITTLE.has(words[i].plain) || LITTLE.has(words[i + 1].plain);
          const weight = isLittle ? 2 * Math.min(rarity[i], rarity[i + 1]) : rarity[i] + rarity[i + 1];
          for (const field in TOGETHER) {
            if (places && next) score += weight * TOGETHER[field] * together(places[field].at, next[field].at);
            if (above && nextAbove && field !== "text") score += 0.6 * weight * TOGETHER[field] * together(above[field].at, nextAbove[field].at);
          }
        }
      });
      score += WHOLE_TITLE * wholeTitle(own, section);
      if (section !== section.page) score += 0.4 * WHOLE_TITLE * wholeTitle(ofPage, section.page);
      score *= (covered / total) ** 2 * section.boost;
      if (score > 0) scored.set(section, { score, covered: covered / total, hit: own, total });
    }
    return scored;
  }

  const hasPhrase = (section, phrase) => ["title", "text"].some((field) => {
    const words = section.words[field];
    return words.some((_, at) => phrase.every((plain, k) => stem(words[at + k]?.plain ?? "") === stem(plain)));
  });

  const writes = ({ lower }, piece) => lower.includes(piece);

  /** The query in the words of the site: "cổng" → "port".  synonyms: [what is typed, what the site says, how surely]. */
  function rephrase(typed, synonyms) {
    const plain = ` ${Array.from(typed.normalize("NFC").matchAll(/[^\s"“”„]+/g), ([piece]) => fold(piece)).join(" ")} `;
    return synonyms
      .filter(([said]) => plain.includes(` ${said} `))
      .map(([said, meant, weight = 0.9]) => ({ ...parse(plain.replace(` ${said} `, ` ${meant} `)), weight }));
  }

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
