import { Injectable } from '@nestjs/common';
import { UnreadBodyFilter } from 'nestjs-background-jobs';

/** `POST /historical/option` answers what is no JSON as the jobs API does. */
@Injectable()
export class UnreadHistoricalBodyFilter extends UnreadBodyFilter {
  protected override readonly alsoAt = ['historical'];
}
