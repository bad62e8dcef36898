/** Gives each string a small number, and the string back. */
export class Interner {
  private readonly indexes = new Map<string, number>();
  private readonly strings: string[] = [];

  get size(): number {
    return this.strings.length;
  }

  index(text: string): number {
    const known = this.indexes.get(text);
    if (known !== undefined) return known;
    const index = this.strings.length;
    this.indexes.set(text, index);
    this.strings.push(text);
    return index;
  }

  /** All of them, by their numbers. */
  texts(): readonly string[] {
    return this.strings;
  }

  text(index: number): string {
    return this.strings[index]!;
  }
}
