// What the daemon says to a question. A cut connection is no answer, whether before its head or within its body.

const WITHIN_MS = 8000;

export async function read<T>(path: string, within = WITHIN_MS): Promise<T | null> {
  try {
    const answer = await fetch(path, { signal: AbortSignal.timeout(within) });
    return answer.ok ? ((await answer.json()) as T) : null;
  } catch {
    return null;
  }
}

/** Why it was refused, as a sentence. */
export async function refusal(answer: Response): Promise<string> {
  const said = (await answer.json().catch(() => null)) as { error?: string } | null;
  return said?.error ?? "monitord's answer was cut off: look whether it was taken";
}
