// The query: what was typed, and what words of the site it may mean.

"use strict";

self.searchQuery = (() => {
  const { fold, read, stem, isNear } = self.searchWords;

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

  /** The query in the words of the site: "cổng" → "port".  synonyms: [what is typed, what the site says, how surely]. */
  function rephrase(typed, synonyms) {
    const plain = ` ${Array.from(typed.normalize("NFC").matchAll(/[^\s"“”„]+/g), ([piece]) => fold(piece)).join(" ")} `;
    return synonyms
      .filter(([said]) => plain.includes(` ${said} `))
      .map(([said, meant, weight = 0.9]) => ({ ...parse(plain.replace(` ${said} `, ` ${meant} `)), weight }));
  }

  return { parse, meanings, readings, rephrase };
})();
