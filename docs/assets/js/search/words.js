// Words, as this search takes them: with their marks and without, and in one form.

"use strict";

self.searchWords = (() => {
  const WORD = /[\p{L}\p{M}\p{N}]+/gu;
  const SIGN = /[^\p{L}\p{M}\p{N}]/u;
  const TONES = /[\u0300\u0301\u0303\u0309\u0323]/g;
  const seen = new Map();

  /** A word as it is searched: "Đường" → "duong". */
  const fold = (word) => word.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/đ/g, "d");

  /** A word with its marks, the tone last: "xoá" and "xóa" are one spelling. */
  function spell(word) {
    const letters = word.toLowerCase().normalize("NFD");
    return letters.replace(TONES, "") + (letters.match(TONES) ?? []).join("");
  }

  /** English words in one form: "images" → "image", "linking" → "link".  No Vietnamese syllable ends like these. */
  function stem(word) {
    if (word.length < 4 || /\d/.test(word)) return word;
    const single = word.replace(/(ss|us|is)$|ies$|(ch|sh|x|ss)es$|s$/, (end, kept, before) => kept ?? before ?? (end === "ies" ? "y" : ""));
    if (single.length < 6) return single;
    return single.replace(/([bdgmnprt])\1(?:ing|ed)$/, "$1").replace(/(?:ing|ed|ation|ator|ion|e)$/, "");
  }

  /** A word in all its forms; most words of the site come again and again. */
  function know(word) {
    let found = seen.get(word);
    if (!found) {
      const plain = fold(word);
      const [marked, root] = [spell(word), stem(plain)];
      found = { word: word.toLowerCase(), plain, marked, root, forms: [...new Set([plain, marked, root])] };
      seen.set(word, found);
    }
    return found;
  }

  /** The words of a text, in order: where each stands, and in all its forms. */
  const read = (text) => Array.from(text.matchAll(WORD), ({ 0: word, index }) => (
    { from: index, to: index + word.length, ...know(word) }));

  /** What has signs in it, as it is written: "--link", "8080:80", "copy-on-write". */
  const pieces = (text) => text.toLowerCase().split(/["“”„\s]+/)
    .map((piece) => piece.replace(/^[([{,;:.]+|[)\]},;:.?!]+$/g, ""))
    .filter((piece) => SIGN.test(piece) && /[\p{L}\p{N}]/u.test(piece));

  /** What a word may have been, but for two letters swapped ("dameon") or the keys of Telex ("tieens", "ddoir"). */
  const slips = (word) => [
    ...Array.from(word.slice(1), (letter, i) => word.slice(0, i) + letter + word[i] + word.slice(i + 2)),
    word.replace(/([adeo])\1/g, "$1").replace(/w/g, "").replace(/[sfrxj]$/, ""),
  ];

  return { read, pieces, slips };
})();
