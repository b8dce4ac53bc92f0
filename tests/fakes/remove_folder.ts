/** Removes a test's folder. An app process that is still leaving may write there, and keeps its files on Windows. */
export async function removeFolder(folder: string): Promise<void> {
  for (let tries = 1;; tries++) {
    try {
      return await Deno.remove(folder, { recursive: true });
    } catch (error) {
      if (tries === 50) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
