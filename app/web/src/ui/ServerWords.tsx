import type { ComponentChildren } from "preact";

/** What the server says: it speaks English, whatever the language of the page, and screen readers have to know. */
export function ServerWords({ children }: { children: ComponentChildren }) {
  return <span lang="en">{children}</span>;
}

/** Stands for the server's words while the sentence around them is made. */
const PLACE = "\ufffc";

/** A message of the page that quotes the server; `sentence` puts what it is given where the language wants it. */
export function Quoting({ words, sentence }: { words: string; sentence: (words: string) => string }) {
  const [before, after] = sentence(PLACE).split(PLACE);
  return (
    <>
      {before}
      <ServerWords>{words}</ServerWords>
      {after}
    </>
  );
}
