/** Whether a program is on PATH; it is called once with `arg`, whatever it answers. */
export async function hasProgram(name: string, arg: string): Promise<boolean> {
  try {
    await new Deno.Command(name, { args: [arg], stdout: "null", stderr: "null", stdin: "null" }).output();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** What a program prints, on both its streams. @throws {Error} with it when the program fails */
export async function runProgram(cwd: string, name: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(name, { args, cwd, stdin: "null" }).output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (!success) throw new Error(`${name} ${args.join(" ")} failed: ${said}`);
  return said;
}
