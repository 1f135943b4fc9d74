-- AlterTable
ALTER TABLE "projects" ADD COLUMN     "job_taken_at" TIMESTAMPTZ(6),
ADD COLUMN     "max_running_jobs" INTEGER;

-- AlterTable
ALTER TABLE "jobs" ADD COLUMN     "exact" BOOLEAN NOT NULL DEFAULT true,
ADD COLUMN     "priority" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "workers" ADD COLUMN     "cpu" TEXT,
ADD COLUMN     "onnxruntime_version" TEXT;
