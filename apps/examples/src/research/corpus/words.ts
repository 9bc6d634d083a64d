const functionWords = `a about above after again against all also although always am among an and another any are as at be
  because been before being below between both but by can cannot come could did do does doing done down during each either
  else ever every few for from further had has have having he her here hers herself him himself his how however i if in
  into is it its itself just less let like made make many may me might more most much must my myself neither never no nor
  not now of off often on once one only or other our ours ourselves out over own per quite rather same shall she should
  since so some something still such than that the their theirs them themselves then there therefore these they this
  those through thus to too under until up upon us very was we well were what when where whether which while who whom
  whose why will with within without would yet you your yours yourself`
// Words that ask the question and are not what it is about: "How did presidents speak of …", "What was said on …".
const askingWords = `address addresses ask asked describe described discuss discussed mention mentioned opinion president
  presidents regard regarded said say saying says speak speaking speaks speech speeches spoke spoken state talk talked
  tell thing think thought time told treat treated union view viewed views`

const stopWords = new Set(functionWords.split(/\s+/))
const notAskedAbout = new Set([...stopWords, ...askingWords.split(/\s+/)])

/** The words of a text, in order and in lower case; "nation's" is `nation`, "didn't" is `did`. */
export function wordsOf(text: string): string[] {
  const plain = text.toLowerCase().replaceAll(/(?:n['’]t|['’](?:s|re|ve|ll|d|m))\b/g, '')
  return plain.match(/[a-z]{2,}/g) ?? []
}

/** Whether a word says something by itself, unlike "the" or "would". */
export function isContentWord(word: string): boolean {
  return word.length > 2 && !stopWords.has(word)
}

/** What a question asks about, in its own words: `railroads` of "How did presidents speak of railroads?". */
export function subjectWords(question: string): string[] {
  return [...new Set(wordsOf(question).filter((word) => word.length > 2 && !notAskedAbout.has(word)))]
}
