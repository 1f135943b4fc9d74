-- CreateEnum
CREATE TYPE "AnalysisStatus" AS ENUM ('queued', 'running', 'succeeded', 'failed');

-- CreateTable
CREATE TABLE "analyses" (
    "id" TEXT NOT NULL,
    "project_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "status" "AnalysisStatus" NOT NULL DEFAULT 'queued',
    "request" JSONB NOT NULL,
    "request_hash" TEXT NOT NULL,
    "job_id" TEXT,
    "checkpoint_id" TEXT,
    "dataset_id" TEXT,
    "progress" DOUBLE PRECISION,
    "error" JSONB,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "worker_id" TEXT,
    "lease_expires_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "analyses_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "analyses_project_id_kind_id_idx" ON "analyses"("project_id", "kind", "id" DESC);

-- CreateIndex
CREATE INDEX "analyses_project_id_request_hash_idx" ON "analyses"("project_id", "request_hash");

-- CreateIndex
CREATE INDEX "analyses_job_id_idx" ON "analyses"("job_id");

-- CreateIndex
CREATE INDEX "analyses_status_lease_expires_at_idx" ON "analyses"("status", "lease_expires_at");

-- AddForeignKey
ALTER TABLE "analyses" ADD CONSTRAINT "analyses_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "analyses" ADD CONSTRAINT "analyses_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "jobs"("id") ON DELETE CASCADE ON UPDATE CASCADE;
