/** Incidents over HTTP, for the portal: listed, read, taken on, and said to be over. */
import { Controller, Get, HttpCode, Post, UseGuards } from '@nestjs/common';
import type { Incident } from '@leads/contracts';
import { Answers, CallerGuard, WithEtag } from '@leads/service';
import { Actor } from '../access/actor.ts';
import {
  Filter,
  IncidentAnswer,
  type IncidentFilter,
  IncidentId,
  incidentIsOver,
  IncidentList,
  unknownIncident,
} from './incident-requests.ts';
import { type Acted, Incidents } from './incidents.ts';

@Controller('api/incidents')
@UseGuards(CallerGuard)
export class IncidentsController {
  constructor(private readonly incidents: Incidents) {}

  @Get()
  @Answers('Incidents, those that changed last first.', IncidentList)
  async list(@Filter() filter: IncidentFilter): Promise<IncidentList> {
    return { incidents: await this.incidents.list(filter) };
  }

  @Get(':id')
  @Answers('One incident.', IncidentAnswer)
  @WithEtag()
  async find(@IncidentId() incidentId: string): Promise<Incident> {
    const incident = await this.incidents.find(incidentId);
    if (!incident) throw unknownIncident();
    return incident;
  }

  @Post(':id/acknowledge')
  @HttpCode(200)
  @Answers('Takes the incident on: contacts are reminded of it no more.', IncidentAnswer)
  @WithEtag()
  async acknowledge(@IncidentId() incidentId: string, @Actor() actor: string): Promise<Incident> {
    return incidentOf(await this.incidents.acknowledge(incidentId, actor));
  }

  @Post(':id/resolve')
  @HttpCode(200)
  @Answers('Says that the incident is over. Told of again, it is open again.', IncidentAnswer)
  @WithEtag()
  async resolve(@IncidentId() incidentId: string, @Actor() actor: string): Promise<Incident> {
    return incidentOf(await this.incidents.resolve(incidentId, actor));
  }
}

function incidentOf(acted: Acted): Incident {
  if (acted.kind === 'unknown') throw unknownIncident();
  if (acted.kind === 'over') throw incidentIsOver();
  return acted.incident;
}
