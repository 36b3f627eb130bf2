/** Previews of mappings over HTTP, for the service that keeps connections; any instance answers for any connection. */
import { Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { MappingPreview, MappingPreviewRequest } from '@leads/contracts';
import { KnownLimits } from '@leads/delivery';
import { Answers, CallerGuard, CheckedBody, errorsOf, IdParam, ProblemError } from '@leads/service';
import { DynamicsDestination } from '../dynamics-destination.ts';

const unknown = (): ProblemError =>
  new ProblemError({
    status: 404,
    title: 'No such connection',
    detail: 'There is no connection with this ID, or it was deleted. Nothing was changed.',
  });

@Controller('connections/:id/mapping-preview')
@UseGuards(CallerGuard)
export class MappingPreviewController {
  constructor(
    private readonly destination: DynamicsDestination,
    private readonly limits: KnownLimits,
  ) {}

  @Post()
  @HttpCode(200)
  @Answers('Tries a mapping on a lead. Nothing is written.', MappingPreview)
  async preview(
    @IdParam('id', unknown) connectionId: string,
    @CheckedBody(MappingPreviewRequest, (issues) => {
      return new ProblemError({
        status: 422,
        title: 'The mapping cannot be tried',
        detail: 'Some entries are not as they should be; each is named below. Nothing was changed.',
        errors: errorsOf(issues),
      });
    })
    request: MappingPreviewRequest,
  ): Promise<MappingPreview> {
    const preview = await this.destination.preview(connectionId, request, (identity) =>
      this.limits.of(identity),
    );
    if (!preview) throw unknown();
    return preview;
  }
}
