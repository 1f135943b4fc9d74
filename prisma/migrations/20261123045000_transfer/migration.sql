-- AlterTable
ALTER TABLE "jobs" ADD COLUMN     "freeze" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "init_from" TEXT,
ADD COLUMN     "transfer" JSONB,
ADD COLUMN     "unfreeze" JSONB;

-- CreateIndex
CREATE INDEX "jobs_init_from_idx" ON "jobs"("init_from");
