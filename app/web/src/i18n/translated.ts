import type { en } from "./en";

/** The messages of a language: the very keys of the English ones, so that a missing or an unknown one is an error. */
export type Translated<English> = Readonly<Record<keyof English, string>>;

/**
 * With a plural for whole millions, which French and Spanish have besides: written in digits they read as all others.
 *
 * @param messages with plurals that end in _one and _other.
 */
export function withMillions(messages: Translated<typeof en>): Record<string, string> {
  const millions = Object.entries(messages)
    .filter(([key]) => key.endsWith("_other"))
    .map(([key, message]) => [key.replace(/_other$/, "_many"), message]);
  return { ...messages, ...Object.fromEntries(millions) };
}
