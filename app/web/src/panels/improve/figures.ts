import { effect, type ReadonlySignal, signal } from "@preact/signals";
import { type Problem, problemOf } from "../../api/problem";
import type { Version } from "../../api/types";

/** What is known of a version. */
export interface Known<T> {
  /** Null: nothing yet. */
  readonly value: T | null;
  /** The version that `value` is of. */
  readonly of: Version | null;
  /** Whether it is of a version that is not shown any more. */
  readonly isOld: boolean;
  readonly problem: Problem | null;
}

/** Corrections come in quick succession, and each would ask for all figures: they wait for the last one. */
const PAUSE_MS = 600;
const RETRY_MS = 2000;

/** Figures that follow the version that is shown; the old ones stay until the new ones are there. */
export class Figures<T> {
  readonly known = signal<Known<T>>({ value: null, of: null, isOld: false, problem: null });
  private readonly turn = signal(0);

  /**
   * @param shown the version to be told of.
   * @param ask the server, for one version.
   */
  constructor(
    private readonly shown: ReadonlySignal<Version | null>,
    private readonly ask: (of: Version, signal: AbortSignal) => Promise<T>,
  ) {}

  /** Keep up from now on; ends when the function that is given back is called. */
  follow(): () => void {
    return effect(() => {
      this.turn.value;
      const wanted = this.shown.value;
      const { value, of } = this.known.peek();
      const isOther = of !== null && of.id !== wanted?.id;
      const isOld = !isOther && of?.version !== wanted?.version;
      this.known.value = { value: isOther ? null : value, of: isOther ? null : of, isOld, problem: null };
      if (!wanted || (of?.id === wanted.id && of.version === wanted.version)) return undefined;
      const ending = new AbortController();
      let timer: ReturnType<typeof setTimeout> | undefined;
      const ask = async (): Promise<void> => {
        const pause = await this.answer(wanted, ending.signal);
        if (pause !== null) timer = setTimeout(ask, pause);
      };
      timer = setTimeout(ask, of === null || isOther ? 0 : PAUSE_MS);
      return () => {
        clearTimeout(timer);
        ending.abort();
      };
    });
  }

  /** Ask once more. */
  again(): void {
    this.known.value = { ...this.known.value, of: null };
    this.turn.value += 1;
  }

  /** Milliseconds after which to ask again; null: not at all. */
  private async answer(wanted: Version, signal: AbortSignal): Promise<number | null> {
    try {
      const value = await this.ask(wanted, signal);
      if (!signal.aborted) this.known.value = { value, of: wanted, isOld: false, problem: null };
      return null;
    } catch (thrown) {
      if (signal.aborted) return null;
      const problem = problemOf(thrown);
      this.known.value = { ...this.known.value, problem };
      return problem.isPassing ? (problem.retryAfter ?? 0) * 1000 || RETRY_MS : null;
    }
  }
}
