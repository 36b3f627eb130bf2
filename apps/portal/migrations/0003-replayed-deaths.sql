-- How a lead that is to be delivered again had died: once it is dead for a later reason, the replay of it is over. By
-- the writer's own times, so that no two clocks are compared.
alter table replay_leads add column died_at timestamptz;
