-- AlterTable
ALTER TABLE "workers" ADD COLUMN     "job_slots" INTEGER NOT NULL DEFAULT 1;
