/** A command whose code is loaded when it is asked for, so that help and mistakes are answered at once. */
export function later<Given extends unknown[]>(load: () => Promise<(...given: Given) => Promise<void>>) {
  return async (...given: Given): Promise<void> => {
    const command = await load();
    await command(...given);
  };
}
