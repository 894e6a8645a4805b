/** What was given does not prove what it should; the message is a clause for readers, without a full stop. */
export class Refused extends Error {
  override readonly name = "Refused";
}

/** Refuses unless the condition holds. */
export function need(condition: boolean, why: string): asserts condition {
  if (!condition) throw new Refused(why);
}

/** What `read` returns; `undefined` if it refuses. */
export function quietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}
