/** Where the scenes are played: a stack on free ports with throw-away data. */
import {
  contoso,
  contosoPublisher,
  inThrowAwayPlace,
  publishConnection,
  startStack,
  untilAccepted,
  type PublishedConnection,
} from '@leads/tools';

export interface Stage {
  portalUrl: string;
  connection: PublishedConnection;
  /** Asks the emulators' control API. */
  control: (method: string, path: string, body: unknown) => Promise<void>;
}

/** Boots it, and ends it after the work. */
export function onStage(work: (stage: Stage) => Promise<void>): Promise<void> {
  return inThrowAwayPlace(async (place) => {
    const stack = await startStack({ ...place, careless: true });
    try {
      await stack.registerPublisher(contosoPublisher);
      const connection = await publishConnection(stack.credentialsApi, contoso);
      await untilAccepted(connection.leadAddress);
      await work({
        portalUrl: stack.services.portal.url,
        connection,
        control: async (method, path, body) => {
          const answer = await fetch(`${stack.emulators.url}/control/${path}`, {
            method,
            body: JSON.stringify(body),
          });
          if (!answer.ok) throw new Error(`The emulators answered ${method} ${path} with ${answer.status}.`);
        },
      });
    } finally {
      await stack.stop();
    }
  });
}
