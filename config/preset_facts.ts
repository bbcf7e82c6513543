// What a chain of the config inherits from the built-in chain of the same name when it does not say it itself.

export interface PresetFacts {
  readonly chainId: number;
  readonly blockTimeMs: number;
  readonly aliases: readonly string[];
  /** The blooms of its headers hold every log. */
  readonly trustBloom: boolean;
}
