/** Where the scenes are played: a stack on free ports with throw-away data. */
import { contoso, contosoPublisher, type Control } from '@leads/testing';
import {
  inThrowAwayPlace,
  publishConnection,
  startStack,
  untilAccepted,
  type PublishedConnection,
} from '@leads/tools';

export interface Stage {
  portalUrl: string;
  connection: PublishedConnection;
  /** Of the emulators. */
  control: Control;
}

/** Boots it, and ends it after the work. */
export function onStage(work: (stage: Stage) => Promise<void>): Promise<void> {
  return inThrowAwayPlace(async (place) => {
    const stack = await startStack({
      ...place,
      careless: true,
      serviceSettings: { REFUSED_ALONE_SECONDS: '5' },
    });
    try {
      await stack.registerPublisher(contosoPublisher);
      const connection = await publishConnection(stack.credentialsApi, contoso);
      await untilAccepted(connection.leadAddress);
      await work({
        portalUrl: stack.services.portal.url,
        connection,
        control: stack.emulators.control,
      });
    } finally {
      await stack.stop();
    }
  });
}
