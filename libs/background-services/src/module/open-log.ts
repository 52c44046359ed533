import { Logger } from '@nestjs/common';
import { LibraryLog, type LineLogger, type LogSettings } from '../logs/index.js';
import type { ResolvedOptions } from '../options/resolve-options.js';

type Named = Pick<ResolvedOptions, 'logs' | 'instanceId'>;

export function logSettings({ logs: style, instanceId: replica }: Named): LogSettings {
  return { style, replica };
}

/** The log of what is about the replica, not about one worker. */
export function openLog(options: Named): LineLogger {
  return new LibraryLog(new Logger('BackgroundServices'), logSettings(options));
}
