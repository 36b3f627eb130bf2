/** The role that the lead writer solution brings, and what the set-up guide has it hold. */

export const LEAD_WRITER_ROLE = 'Microsoft Marketplace Lead Writer';

/** The unique name of the solution that brings the role. */
export const LEAD_WRITER_SOLUTION = 'MicrosoftMarketplacesLeadIntegrationSolution';

/** How far a privilege reaches, shallow to deep; the pages call the first User and the last Organization. */
export const DEPTHS = ['Basic', 'Local', 'Deep', 'Global'] as const;
export type Depth = (typeof DEPTHS)[number];

export interface GuidePrivilege {
  privilege: string;
  /** As the security role's page names them. */
  table: string;
  verb: string;
  /** The least that will do. */
  depth: Depth;
}

/** The solution grants the first; the others are set by hand. */
export const GUIDE_PRIVILEGES = [
  { privilege: 'prvCreateLead', table: 'Lead', verb: 'Create', depth: 'Basic' },
  {
    privilege: 'prvCreateUserEntityUISettings',
    table: 'User Entity UI Settings',
    verb: 'Create',
    depth: 'Basic',
  },
  {
    privilege: 'prvReadUserEntityUISettings',
    table: 'User Entity UI Settings',
    verb: 'Read',
    depth: 'Basic',
  },
  {
    privilege: 'prvWriteUserEntityUISettings',
    table: 'User Entity UI Settings',
    verb: 'Write',
    depth: 'Basic',
  },
  { privilege: 'prvReadAsyncOperation', table: 'System Job', verb: 'Read', depth: 'Global' },
  { privilege: 'prvWriteAsyncOperation', table: 'System Job', verb: 'Write', depth: 'Global' },
  { privilege: 'prvAppendToAsyncOperation', table: 'System Job', verb: 'Append To', depth: 'Global' },
] as const satisfies readonly GuidePrivilege[];
