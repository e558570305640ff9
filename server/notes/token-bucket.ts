/** A bounded counter: `burst` at once, `perSecond` in the long run. Pure: time is passed in. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #left: number;
  #at: number;

  constructor(perSecond: number, burst: number, now: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#left = burst;
    this.#at = now;
  }

  /** @returns false when `amount` is more than is left. `now` in milliseconds. */
  take(amount: number, now: number): boolean {
    this.#left = Math.min(this.#burst, this.#left + (Math.max(0, now - this.#at) / 1000) * this.#perSecond);
    this.#at = now;
    this.#left -= amount;
    return this.#left >= 0;
  }
}
