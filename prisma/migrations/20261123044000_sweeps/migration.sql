-- CreateEnum
CREATE TYPE "SweepStatus" AS ENUM ('running', 'succeeded', 'failed', 'cancelled');

-- CreateTable
CREATE TABLE "sweeps" (
    "id" TEXT NOT NULL,
    "project_id" TEXT NOT NULL,
    "name" TEXT,
    "status" "SweepStatus" NOT NULL,
    "dataset_id" TEXT NOT NULL,
    "model_id" TEXT,
    "body" JSON NOT NULL,
    "settings" JSON NOT NULL,
    "revision" INTEGER NOT NULL DEFAULT 0,
    "error" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "sweeps_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sweep_trials" (
    "sweep_id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "parameters" JSON NOT NULL,
    "error" JSONB,
    "outcome" JSONB,

    CONSTRAINT "sweep_trials_pkey" PRIMARY KEY ("sweep_id","number")
);

-- AlterTable
ALTER TABLE "jobs" ADD COLUMN     "hold_at_epoch" INTEGER,
ADD COLUMN     "sweep_id" TEXT,
ADD COLUMN     "trial" INTEGER;

-- CreateIndex
CREATE INDEX "sweeps_project_id_id_idx" ON "sweeps"("project_id", "id" DESC);

-- CreateIndex
CREATE INDEX "sweeps_status_idx" ON "sweeps"("status");

-- CreateIndex
CREATE UNIQUE INDEX "jobs_sweep_id_trial_key" ON "jobs"("sweep_id", "trial");

-- AddForeignKey
ALTER TABLE "sweeps" ADD CONSTRAINT "sweeps_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sweep_trials" ADD CONSTRAINT "sweep_trials_sweep_id_fkey" FOREIGN KEY ("sweep_id") REFERENCES "sweeps"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_sweep_id_fkey" FOREIGN KEY ("sweep_id") REFERENCES "sweeps"("id") ON DELETE SET NULL ON UPDATE CASCADE;
