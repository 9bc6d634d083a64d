/** Runs the jobs in their order, at most `width` at a time. @throws what the first to fail threw; no more are begun. */
export async function inParallel<Job>(
  jobs: Iterable<Job>,
  width: number,
  run: (job: Job) => Promise<void>,
): Promise<void> {
  const left = each(jobs)
  // The workers share one iterator, which whoever stops first ends for the others.
  const work = async (): Promise<void> => {
    for (const job of left) await run(job)
  }
  await Promise.all(Array.from({ length: width }, work))
}

function* each<Job>(jobs: Iterable<Job>): Generator<Job, void, undefined> {
  yield* jobs
}
