// Where a full stop does not end the sentence: "Mr. Adams", "St. Lawrence", "George W. Norris", "No. 5".
const abbreviation =
  /(?:^|[\s(“"])(?:[A-Z]|Mr|Mrs|Ms|Messrs|Dr|St|Gen|Col|Capt|Lieut|Lt|Sen|Rep|Gov|Hon|Rev|Jr|Sr|No|Nos|Art|Sec|vs|viz|etc)\.$/
const boundary = /(?<=[.!?]["”’')\]]{0,2})\s+(?=["“‘'([]?[A-Z0-9])/

/** Cuts a text into its sentences. Joined with a space they give the text again, white space aside. */
export function sentencesOf(text: string): string[] {
  const sentences: string[] = []
  for (const piece of text.trim().split(boundary)) {
    const before = sentences.at(-1)
    if (before !== undefined && abbreviation.test(before))
      sentences[sentences.length - 1] = `${before} ${piece}`
    else if (piece !== '') sentences.push(piece)
  }
  return sentences
}
