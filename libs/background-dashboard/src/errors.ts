import { problemLines } from 'nestjs-background-http-kit';
import type { OptionProblem } from 'nestjs-background-services';

/** The options of `BackgroundDashboardModule` are wrong: thrown at boot, with every wrong field at once. */
export class InvalidDashboardOptionsError extends Error {
  readonly code = 'BGS_DASHBOARD_INVALID_OPTIONS';

  constructor(readonly problems: readonly OptionProblem[]) {
    super(['BackgroundDashboardModule: wrong options', ...problemLines(problems)].join('\n'));
    this.name = new.target.name;
  }
}

/** The app has no background jobs to show. */
export class NoJobsError extends Error {
  readonly code = 'BGS_DASHBOARD_NO_JOBS';

  constructor() {
    super(
      'This app has no background jobs: it does not import BackgroundJobsModule of nestjs-background-jobs.',
    );
    this.name = new.target.name;
  }
}

/** The page that the package brings along is not where it belongs. */
export class PageNotBuiltError extends Error {
  readonly code = 'BGS_DASHBOARD_PAGE_NOT_BUILT';

  constructor(folder: string, options?: ErrorOptions) {
    super(
      `The dashboard's page is not in ${folder}: install the package anew (in its repository: npm run build:lib), or set page: false.`,
      options,
    );
    this.name = new.target.name;
  }
}

/** As many clients listen to the fleet on this replica as may. */
export class TooManyClientsError extends Error {
  readonly code = 'BGS_DASHBOARD_TOO_MANY_CLIENTS';

  constructor(most: number) {
    super(`${most} clients listen on this replica, as many as may (maxClients); ask again later`);
    this.name = new.target.name;
  }
}
