import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { BackgroundDashboardOptions } from './options/index.js';

/** `forRootAsync` with `imports`, `inject`, and one of `useFactory`, `useClass` and `useExisting`. */
export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<BackgroundDashboardOptions>()
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createBackgroundDashboardOptions')
    .build();
