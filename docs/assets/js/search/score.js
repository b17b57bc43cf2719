// The index, and how much each of its sections answers a few words.

"use strict";

self.searchScore = (() => {
  const { read, stem } = self.searchWords;
  const { meanings } = self.searchQuery;

  const FIELDS = { title: 3, slug: 2, text: 1 };  // a section's own
  const OF_PAGE = { title: 2, slug: 0.8 };  // its page's, for every section of it
  const TOGETHER = { title: 1.6, slug: 0.6, text: 1.1 };  // for two words of the query side by side
  const WHOLE_TITLE = 2.5;  // for a title that says what was asked, and nothing else
  const LITTLE = new Set(("a an the to of in is are was what how do does i my can for and or with on it its be by at from " +
    "la gi cua va thi cac nhung nao mot").split(" "));  // they hardly say what is looked for
  const OTHER_MARKS = { known: 0.15, unknown: 0.55 };  // "công" for "cổng": by whether the site has "cổng"
  const NONE = { at: new Map(), best: 0, sum: 0 };  // a word that is not in a field

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

  return { index, weigh };
})();
