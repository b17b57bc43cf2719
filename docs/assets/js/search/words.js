// Words, as this search takes them: with their marks and without, in one form, and near to each other.

"use strict";

self.searchWords = (() => {
  const WORD = /[\p{L}\p{M}\p{N}]+/gu;
  const TONES = /[\u0300\u0301\u0303\u0309\u0323]/g;
  const folded = new Map(), spelled = new Map();

  /** A word as it is searched: "Đường" → "duong". */
  function fold(word) {
    let plain = folded.get(word);
    if (plain === undefined) {
      plain = word.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/đ/g, "d");
      folded.set(word, plain);
    }
    return plain;
  }

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

  return { fold, spell, read, stem, isNear };
})();
