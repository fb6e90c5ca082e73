import { z } from 'zod'
import { Survey } from '../../shared/survey'
import { jsonOf, type Store } from './database'

/** The last survey of each node, so that a board has something to show at once. */
export interface SurveyCache {
  /** Null when there is none, or when it was made by an OCM that knew other facts. */
  get(nodeId: string): Survey | null
  set(nodeId: string, survey: Survey): void
}

const Row = z.object({ json: jsonOf(z.unknown()) })

/** Surveys in OCM's database; they go with their node. */
export function createSurveyCache(store: Store): SurveyCache {
  return {
    get: nodeId => {
      const [row] = store.all(Row, 'SELECT json FROM surveys WHERE node_id = ?', nodeId)
      const survey = Survey.safeParse(row?.json)
      return survey.success ? survey.data : null
    },
    set: (nodeId, survey) => {
      store.run(
        'INSERT OR REPLACE INTO surveys (node_id, json, at) VALUES (?, ?, ?)',
        nodeId,
        JSON.stringify(survey),
        survey.at,
      )
    },
  }
}
