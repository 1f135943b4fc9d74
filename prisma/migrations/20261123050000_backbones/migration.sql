-- CreateTable
CREATE TABLE "backbones" (
    "id" TEXT NOT NULL,
    "project_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "digest" TEXT NOT NULL,
    "description" JSONB NOT NULL,
    "graph" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "backbones_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "backbones_project_id_id_idx" ON "backbones"("project_id", "id" DESC);

-- AddForeignKey
ALTER TABLE "backbones" ADD CONSTRAINT "backbones_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
