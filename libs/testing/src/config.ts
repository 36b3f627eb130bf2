/** Where the stack that was booted for the tests listens. */
function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') {
    throw new Error(`${name} is not set: run the tests with "npm test", which boots a stack and sets it.`);
  }
  return value;
}

/** `host:port` of the test broker, from TEST_KAFKA_BROKERS (comma-separated). */
export function testKafkaBrokers(): string[] {
  return required('TEST_KAFKA_BROKERS').split(',');
}

/** A PostgreSQL URL whose user may create databases, from TEST_DATABASE_URL. */
export function testDatabaseUrl(): string {
  return required('TEST_DATABASE_URL');
}
