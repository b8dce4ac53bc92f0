/** A section of a strategy's settings, as it stands in the log above those that come with every strategy. */
export function summarySection(title: string, lines: readonly string[]): string[] {
  const last = lines.length - 1;
  return [`\t├──> ${title}`, ...lines.map((line, i) => `\t│\t${i === last ? "└──" : "├──"} ${line}`)];
}
