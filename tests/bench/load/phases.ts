/** Tells the bench when the measured time begins and ends, so that it reads the servers' CPU at the same moments. */
export interface Phases {
  begin(): void;
  end(): void;
}
