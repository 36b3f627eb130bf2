/** The steps of the guided set-up that are made in Dynamics 365. */
import {
  assignRole,
  createApplicationUser,
  importSolution,
  LEAD_WRITER_ROLE,
  LEAD_WRITER_SOLUTION,
  setPrivileges,
} from '@leads/contracts/validation';
import { known, type SetUpFacts, type StepTelling } from './set-up-step.ts';

export function addSolution({ url }: SetUpFacts): StepTelling {
  return {
    title: 'Import the lead writer solution',
    why: `It brings the role ${LEAD_WRITER_ROLE}.`,
    parts: importSolution,
    values: [
      { name: 'Unique name of the solution', value: LEAD_WRITER_SOLUTION },
      { name: 'URL of the environment', value: url },
    ],
    afterwards: 'After a few minutes Solutions lists it under Managed.',
    beware:
      'Power Apps opens in the default environment, which is seldom the one with Dynamics 365. Without Import solution you lack the role System Administrator there.',
    outdated: 'Older guides import it in Advanced Settings of Dynamics 365. Both ways end the same.',
  };
}

export function addApplicationUser({ applicationId, url }: SetUpFacts): StepTelling {
  return {
    title: 'Create the application user',
    why: 'In Dynamics 365, the application of step 1 acts as a user of its own.',
    parts: [createApplicationUser],
    values: [
      ...known('Application (client) ID', applicationId),
      { name: 'URL of the environment', value: url },
    ],
    afterwards: 'The application is in the list of application users, and its state is Active.',
    beware:
      'It is not in the list of ordinary users. An application of another directory cannot be found here: register it in the one that Dynamics 365 belongs to.',
    outdated:
      'Older guides fill in the form USER: APPLICATION USER with a user name and an e-mail address. Both are made for you today.',
  };
}

export function addRole({ authentication, url }: SetUpFacts): StepTelling {
  const isUser = authentication === 'office-365';
  return {
    title: 'Assign the role',
    why: 'Without a role, a user of Dynamics 365 may do nothing at all.',
    parts: [
      {
        page: assignRole.page,
        path: isUser ? assignRole.path.with(-1, 'Users') : assignRole.path,
        clicks: [
          `Select the ${isUser ? 'user' : 'application user'} of step ${isUser ? 1 : 4}, then ${isUser ? 'Manage' : 'Edit'} security roles.`,
          `Tick ${LEAD_WRITER_ROLE}, and select Save.`,
        ],
      },
    ],
    values: [
      { name: 'Role', value: LEAD_WRITER_ROLE },
      { name: 'URL of the environment', value: url },
    ],
    afterwards: 'The role is ticked when you open the list again.',
    beware:
      'If the role is not in the list, then the solution of step 3 went into another environment, or you look at another business unit.',
  };
}

export function setCells({ url }: SetUpFacts): StepTelling {
  return {
    title: 'Set the two privileges',
    why: 'Dynamics 365 needs them for its own work around a new record, and the solution leaves them out.',
    parts: [setPrivileges()],
    values: [
      { name: 'First table', value: 'User Entity UI Settings' },
      { name: 'Second table', value: 'System Job' },
      { name: 'Role', value: LEAD_WRITER_ROLE },
      { name: 'URL of the environment', value: url },
    ],
    afterwards: 'Three cells in the row of User Entity UI Settings and three in that of System Job are set.',
    beware: 'Append and Append To stand side by side. System Job needs Append To.',
    outdated:
      'The classic editor has tabs and circles: on Core Records one click makes User, a quarter yellow; on Customization four clicks make Organization, solid green.',
  };
}
