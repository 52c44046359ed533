/** Whether the app takes requests: from the end of its boot to the beginning of its shutdown. */
export class AppReadiness {
  isReady = false;
}
