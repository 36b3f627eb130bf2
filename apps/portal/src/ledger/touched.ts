/** What a batch of records has changed, by ids: what onlookers have to be told of. */
export interface Touched {
  leads?: readonly string[];
  /** Connections whose offer looks different now. */
  offers?: readonly string[];
  /** Connections whose lane was told of. */
  lanes?: readonly string[];
  validations?: readonly string[];
  incidents?: readonly string[];
}
