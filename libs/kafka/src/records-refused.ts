/** What a broker never takes, however often it is sent. */
import { own } from '@leads/contracts';
import kafkajs from 'kafkajs';

/**
 * The broker's words for a record that is at fault itself. Others that the client does not try again speak of the
 * topic, of rights, clocks or settings: whoever operates the broker mends those, and the records wait.
 * https://kafka.apache.org/protocol#protocol_error_codes
 */
const RECORD_FAULTS: Readonly<Record<string, string>> = {
  MESSAGE_TOO_LARGE: 'the broker refuses it as too large',
  RECORD_LIST_TOO_LARGE: 'the broker refuses it as larger than one of its segments',
  INVALID_RECORD: 'the broker refuses it as not valid',
};

/** At least one of the records can never be stored as it is. The message says why, and holds nothing of the record. */
export class RecordsRefused extends Error {
  override readonly name = 'RecordsRefused';
}

/** The refusal that an error of the client stands for; `undefined` where trying again may do. */
export function refusalOf(error: unknown): RecordsRefused | undefined {
  if (!(error instanceof kafkajs.KafkaJSProtocolError)) return undefined;
  const fault = own(RECORD_FAULTS, error.type);
  return fault === undefined ? undefined : new RecordsRefused(`${fault} (${error.type})`, { cause: error });
}
