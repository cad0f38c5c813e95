/**
 * A command whose code is loaded when it is asked for, so that help and mistakes are answered at once. `running` says
 * how it is run, where that matters.
 */
export function later<Given extends unknown[]>(
  load: () => Promise<(...given: Given) => Promise<void>>,
  running: (run: () => Promise<void>) => Promise<void> = (run) => run(),
) {
  return async (...given: Given): Promise<void> => {
    const command = await load();
    await running(() => command(...given));
  };
}
